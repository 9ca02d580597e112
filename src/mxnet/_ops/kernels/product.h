// Products of matrices in memory, on XLA's thread pool.

#ifndef MXNET_XLA_PRODUCT_H_
#define MXNET_XLA_PRODUCT_H_

#include <algorithm>
#include <cstdint>
#include <new>

#include "common.h"
#include "oneapi/dnnl/dnnl.h"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace mxnet_xla {

// c (rows, columns) = a' b', where a' is `a` or its transpose, and b' likewise; each has so many
// elements in a row of its memory.
inline void Multiply(bool transpose_a, bool transpose_b, int64_t rows, int64_t columns,
                     int64_t inner, const float* a, int64_t a_step, const float* b, int64_t b_step,
                     float* c, int64_t c_step) {
  const dnnl_status_t status =
      dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', rows, columns, inner, 1.0f, a,
                 a_step, b, b_step, 0.0f, c, c_step);
  if (status == dnnl_success) return;
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  // oneDNN makes its code at the first product. Where memory was missing then, it refuses all later
  // ones of the process too: they are slow, but there.
  for (int64_t i = 0; i < rows; ++i) {
    float* to = c + i * c_step;
    std::fill(to, to + columns, 0.0f);
    for (int64_t k = 0; k < inner; ++k) {
      const float factor = transpose_a ? a[k * a_step + i] : a[i * a_step + k];
      for (int64_t j = 0; j < columns; ++j)
        to[j] += factor * (transpose_b ? b[j * b_step + k] : b[k * b_step + j]);
    }
  }
}

constexpr int64_t kUnit = 16;       // of rows and columns, which the vector units take together
constexpr double kWorthwhile = 2e6;  // operations that are worth a part: about 20 us
constexpr int64_t kParts = 2;        // for each thread

inline int64_t Units(int64_t length) { return (length + kUnit - 1) / kUnit; }

// How a matrix of so many rows and columns is cut into blocks. Each reads its rows of the first operand
// and its columns of the second, so they shall be few together.
struct Grid {
  int64_t rows = 1, columns = 1;

  Grid(int64_t height, int64_t width, int64_t blocks) {
    int64_t least = INT64_MAX;
    for (int64_t r = std::min(blocks, Units(height)); r >= 1; --r) {
      const int64_t c = std::min(blocks / r, Units(width));
      if (r * c * 4 < std::min(blocks, Units(height) * Units(width)) * 3) continue;  // idle threads
      const int64_t read = (height + r - 1) / r + (width + c - 1) / c;
      if (read < least) least = read, rows = r, columns = c;
    }
  }
};

// So many products c (rows, columns) = a' b' of matrices that follow each other: each thread some of
// them, or a block of one.
inline void Products(xla::ffi::ThreadPool& pool, int64_t matrices, bool transpose_a,
                     bool transpose_b, int64_t rows, int64_t columns, int64_t inner,
                     const float* a, const float* b, float* c) {
  const int64_t a_step = transpose_a ? rows : inner, b_step = transpose_b ? inner : columns;
  // More parts than threads: one that comes late, from another operation, then takes fewer.
  const double work = 2.0 * rows * columns * inner * matrices / kWorthwhile;
  const int64_t threads = pool.num_threads();
  const int64_t most =
      threads > 1 ? std::max<int64_t>(1, std::min<double>(kParts * threads, work)) : 1;
  const Grid grid(rows, columns, (most + matrices - 1) / matrices);
  const int64_t blocks = grid.rows * grid.columns, all = matrices * blocks;
  const int64_t parts = std::min(all, most);

  const auto block = [&](int64_t i) {
    const int64_t at = i / blocks, r = i % blocks / grid.columns, s = i % grid.columns;
    const auto begin = [](int64_t length, int64_t part, int64_t of) {
      return std::min(Units(length) * part / of * kUnit, length);
    };
    const int64_t top = begin(rows, r, grid.rows), height = begin(rows, r + 1, grid.rows) - top;
    const int64_t start = begin(columns, s, grid.columns);
    const int64_t width = begin(columns, s + 1, grid.columns) - start;
    Multiply(transpose_a, transpose_b, height, width, inner,
             a + at * rows * inner + top * (transpose_a ? 1 : a_step), a_step,
             b + at * inner * columns + start * (transpose_b ? b_step : 1), b_step,
             c + (at * rows + top) * columns + start, columns);
  };
  Parallel(pool, parts, [&](int64_t part) {
    Alone([&] {
      for (int64_t i = all * part / parts; i < all * (part + 1) / parts; ++i) block(i);
    });
  });
}

}  // namespace mxnet_xla

#endif  // MXNET_XLA_PRODUCT_H_
