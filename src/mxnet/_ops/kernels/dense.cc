// Products of matrices, and of batches of them: each thread some matrices, or a block of one.

#include <algorithm>
#include <cstdint>

#include "common.h"
#include "handler.h"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Buffer = ffi::Buffer<ffi::F32>;
using Result = ffi::Result<Buffer>;

constexpr int64_t kUnit = 16;       // of rows and columns, which the vector units take together
constexpr double kWorthwhile = 2e6;  // operations that are worth a part: about 20 us
constexpr int64_t kParts = 2;        // for each thread

int64_t Units(int64_t length) { return (length + kUnit - 1) / kUnit; }

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

// c = a' b' of the last two axes, where a' is `a` or its transpose, and b' likewise.
ffi::Error Product(ffi::ThreadPool pool, Buffer a, Buffer b, Result c, bool transpose_a,
                   bool transpose_b) {
  const auto out = c->dimensions(), in = a.dimensions();
  const int64_t last = out.size() - 1, rows = out[last - 1], columns = out[last];
  const int64_t inner = in[transpose_a ? last - 1 : last];
  const int64_t a_step = in[last], b_step = b.dimensions()[last];
  int64_t matrices = 1;
  for (int64_t i = 0; i < last - 1; ++i) matrices *= out[i];

  // More parts than threads: one that comes late, from another operation, then takes fewer.
  const double work = 2.0 * rows * columns * inner * matrices / kWorthwhile;
  const int64_t threads = pool.num_threads();
  const int64_t most = threads > 1 ? std::max<int64_t>(1, std::min<double>(kParts * threads, work)) : 1;
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
    mxnet_xla::Multiply(
        transpose_a, transpose_b, height, width, inner,
        a.typed_data() + at * rows * inner + top * (transpose_a ? 1 : a_step), a_step,
        b.typed_data() + at * inner * columns + start * (transpose_b ? b_step : 1), b_step,
        c->typed_data() + (at * rows + top) * columns + start, columns);
  };
  mxnet_xla::Parallel(pool, parts, [&](int64_t part) {
    mxnet_xla::Alone([&] {
      for (int64_t i = all * part / parts; i < all * (part + 1) / parts; ++i) block(i);
    });
  });
  return ffi::Error::Success();
}

}  // namespace

MXNET_KERNEL(product, Product,
             mxnet_xla::Bind<2, 1>().Attr<bool>("transpose_a").Attr<bool>("transpose_b"));
