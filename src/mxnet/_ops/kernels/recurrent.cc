// The loops over time of recurrent layers, forward and backward, on CPUs.
//
// The examples of a batch do not meet: each thread takes some of them through all time steps and
// waits for nobody. Products with the recurrent weight are oneDNN's, with the weight brought into its
// order once per call; the arithmetic of the cells is written so that the compiler vectorises it.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <vector>

#include "common.h"
#include "exp.h"
#include "handler.h"
#include "oneapi/dnnl/dnnl.hpp"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using dnnl::memory;
using mxnet_xla::Alone;
using mxnet_xla::Cpu;
using mxnet_xla::Exp;
using Buffer = ffi::Buffer<ffi::F32>;
using Result = ffi::Result<Buffer>;

inline float Sigmoid(float x) { return 1.0f / (1.0f + Exp(-x)); }

// Near 0, where the difference would cancel, Taylor's series.
inline float Tanh(float x) {
  const float s = x * x;
  float p = -1382.0f / 155925;
  p = p * s + 62.0f / 2835;
  p = p * s - 17.0f / 315;
  p = p * s + 2.0f / 15;
  p = p * s - 1.0f / 3;
  const float near = x + x * s * p;
  const float far = 1.0f - 2.0f / (Exp(2.0f * x) + 1.0f);
  const float found = s < 0.0625f ? near : far;
  return x != x ? x : found;
}

// One example's cells. Functions of their own, so that the compiler believes that the arrays do not
// overlap, and vectorises.

#define CELL __attribute__((noinline)) void

// g: what reaches the gates i, f, g, o; becomes their values.
CELL LstmCell(int64_t n, float* __restrict g, const float* __restrict before,
              float* __restrict cell, float* __restrict out) {
  for (int64_t j = 0; j < n; ++j) {
    const float i = Sigmoid(g[j]), f = Sigmoid(g[n + j]);
    const float u = Tanh(g[2 * n + j]), o = Sigmoid(g[3 * n + j]);
    const float c = f * before[j] + i * u;
    g[j] = i;
    g[n + j] = f;
    g[2 * n + j] = u;
    g[3 * n + j] = o;
    cell[j] = c;
    out[j] = o * Tanh(c);
  }
}

CELL LstmCellBack(int64_t n, const float* __restrict g, const float* __restrict cell,
                  const float* __restrict before, const float* __restrict above,
                  float* __restrict du, const float* __restrict dh, float* __restrict dc) {
  for (int64_t j = 0; j < n; ++j) {
    const float i = g[j], f = g[n + j], u = g[2 * n + j], o = g[3 * n + j];
    const float t = Tanh(cell[j]);
    const float y = dh[j] + above[j];
    const float s = dc[j] + y * o * (1 - t * t);
    du[j] = s * u * i * (1 - i);
    du[n + j] = s * before[j] * f * (1 - f);
    du[2 * n + j] = s * i * (1 - u * u);
    du[3 * n + j] = y * t * o * (1 - o);
    dc[j] = s * f;
  }
}

CELL GruCell(int64_t n, const float* __restrict x, const float* __restrict u,
             const float* __restrict b, const float* __restrict before, float* __restrict rz,
             float* __restrict candidate, float* __restrict inner, float* __restrict out) {
  for (int64_t j = 0; j < n; ++j) {
    const float r = Sigmoid(x[j] + (u[j] + b[j]));
    const float z = Sigmoid(x[n + j] + (u[n + j] + b[n + j]));
    const float v = u[2 * n + j] + b[2 * n + j];
    const float q = Tanh(x[2 * n + j] + r * v);
    rz[j] = r;
    rz[n + j] = z;
    inner[j] = v;
    candidate[j] = q;
    out[j] = q + z * (before[j] - q);
  }
}

CELL GruCellBack(int64_t n, const float* __restrict rz, const float* __restrict candidate,
                 const float* __restrict inner, const float* __restrict before,
                 const float* __restrict above, float* __restrict da, float* __restrict du,
                 float* __restrict dh) {
  for (int64_t j = 0; j < n; ++j) {
    const float r = rz[j], z = rz[n + j], q = candidate[j];
    const float y = dh[j] + above[j];
    const float on_q = y * (1 - z) * (1 - q * q);
    const float on_r = on_q * inner[j] * r * (1 - r);
    const float on_z = y * (before[j] - q) * z * (1 - z);
    da[j] = on_r;
    da[n + j] = on_z;
    da[2 * n + j] = on_q;
    du[j] = on_r;
    du[n + j] = on_z;
    du[2 * n + j] = on_q * r;
    dh[j] = y * z;
  }
}

// h: a + R h, becomes the state. Not-a-number stays.
CELL PlainCell(int64_t n, bool relu, float* __restrict h) {
  if (relu) {
    for (int64_t j = 0; j < n; ++j) h[j] = h[j] < 0 ? 0.0f : h[j];
  } else {
    for (int64_t j = 0; j < n; ++j) h[j] = Tanh(h[j]);
  }
}

CELL PlainCellBack(int64_t n, bool relu, const float* __restrict h, const float* __restrict dh,
                   const float* __restrict above, float* __restrict du) {
  if (relu) {
    for (int64_t j = 0; j < n; ++j) du[j] = (dh[j] + above[j]) * (h[j] > 0 ? 1.0f : 0.0f);
  } else {
    for (int64_t j = 0; j < n; ++j) du[j] = (dh[j] + above[j]) * (1 - h[j] * h[j]);
  }
}

#undef CELL

// c (rows, columns) = [c +] a (rows, inner) b, where b (inner, columns) is any strided matrix that
// stays the same for many products.
class Product {
 public:
  Product(int64_t rows, int64_t inner, int64_t columns, int64_t step0, int64_t step1, bool adds,
          const float* b)
      : plan_(Find(rows, inner, columns, step0, step1, adds)), stream_(Cpu()) {
    b_ = memory(plan_->wanted, Cpu());
    memory user(plan_->user, Cpu(), const_cast<float*>(b));
    dnnl::reorder(user, b_).execute(stream_, user, b_);
    a_ = memory(plan_->a, Cpu(), nullptr);
    c_ = memory(plan_->c, Cpu(), nullptr);
    scratch_ = memory(plan_->scratch, Cpu());
    stream_.wait();
  }

  void operator()(const float* a, float* c) {
    a_.set_data_handle(const_cast<float*>(a));
    c_.set_data_handle(c);
    plan_->compute.execute(stream_, {{DNNL_ARG_SRC, a_},
                                     {DNNL_ARG_WEIGHTS, b_},
                                     {DNNL_ARG_DST, c_},
                                     {DNNL_ARG_SCRATCHPAD, scratch_}});
  }

 private:
  struct Plan {
    dnnl::matmul compute;
    memory::desc a, user, wanted, c, scratch;
  };
  static constexpr size_t kPlans = 1024;  // of batches and sizes that change with every call

  static std::shared_ptr<const Plan> Find(int64_t rows, int64_t inner, int64_t columns,
                                          int64_t step0, int64_t step1, bool adds) {
    static std::mutex guard;
    static std::map<std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t, bool>,
                    std::shared_ptr<const Plan>>
        known;
    std::lock_guard<std::mutex> lock(guard);
    if (known.size() >= kPlans) known.clear();  // plans in use stay alive by their pointers
    auto& plan = known[{rows, inner, columns, step0, step1, adds}];
    if (plan) return plan;
    const auto f32 = memory::data_type::f32;
    auto made = std::make_shared<Plan>();
    made->a = memory::desc({rows, inner}, f32, memory::dims{inner, 1});
    made->c = memory::desc({rows, columns}, f32, memory::dims{columns, 1});
    made->user = memory::desc({inner, columns}, f32, memory::dims{step0, step1});
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (adds) {
      dnnl::post_ops after;
      after.append_sum(1.0f);
      attr.set_post_ops(after);
    }
    const memory::desc any({inner, columns}, f32, memory::format_tag::any);
    dnnl::matmul::primitive_desc d(Cpu(), made->a, any, made->c, attr);
    made->wanted = d.weights_desc();
    made->scratch = d.scratchpad_desc();
    made->compute = dnnl::matmul(d);
    plan = std::move(made);
    return plan;
  }

  std::shared_ptr<const Plan> plan_;
  dnnl::stream stream_;
  memory a_, b_, c_, scratch_;
};

// Runs f(first row, rows) for parts of the batch.
template <typename F>
ffi::Error OverRows(ffi::ThreadPool& pool, int64_t rows, const F& f) {
  const int64_t parts =
      std::max<int64_t>(1, std::min<int64_t>(pool.num_threads(), rows / 4));
  mxnet_xla::Parallel(pool, parts, [&](int64_t i) {
    const int64_t begin = rows * i / parts;
    Alone([&] { f(begin, rows * (i + 1) / parts - begin); });
  });
  return ffi::Error::Success();
}

struct Sizes {
  int64_t steps, batch, width;
  bool reverse;

  // The k-th time step that the loop meets.
  int64_t at(int64_t k) const { return reverse ? steps - 1 - k : k; }
};

Sizes SizesOf(const Buffer& sequence, int64_t width, bool reverse) {
  auto d = sequence.dimensions();
  return {d[0], d[1], width, reverse};
}

ffi::Error LstmForward(ffi::ThreadPool pool, Buffer a, Buffer r, Buffer h0, Buffer c0, Result hs,
                       Result cs, Result gates, bool reverse) {
  const int64_t n = r.dimensions()[1];
  const Sizes z = SizesOf(a, n, reverse);
  return OverRows(pool, z.batch, [&](int64_t row, int64_t rows) {
    Product product(rows, n, 4 * n, 1, n, true, r.typed_data());
    const float* h = h0.typed_data() + row * n;
    const float* c = c0.typed_data() + row * n;
    for (int64_t k = 0; k < z.steps; ++k) {
      const int64_t first = z.at(k) * z.batch + row;
      float* g = gates->typed_data() + first * 4 * n;
      float* h_new = hs->typed_data() + first * n;
      float* c_new = cs->typed_data() + first * n;
      std::memcpy(g, a.typed_data() + first * 4 * n, sizeof(float) * rows * 4 * n);
      product(h, g);
      for (int64_t m = 0; m < rows; ++m) {
        LstmCell(n, g + m * 4 * n, c + m * n, c_new + m * n, h_new + m * n);
      }
      h = h_new;
      c = c_new;
    }
  });
}

ffi::Error LstmBackward(ffi::ThreadPool pool, Buffer d_out, Buffer d_h, Buffer d_c, Buffer r,
                        Buffer c0, Buffer cs, Buffer gates, Result d_u, Result d_h0, Result d_c0,
                        bool reverse) {
  const int64_t n = r.dimensions()[1];
  const Sizes z = SizesOf(d_out, n, reverse);
  return OverRows(pool, z.batch, [&](int64_t row, int64_t rows) {
    Product product(rows, 4 * n, n, n, 1, false, r.typed_data());
    float* dh = d_h0->typed_data() + row * n;
    float* dc = d_c0->typed_data() + row * n;
    std::memcpy(dh, d_h.typed_data() + row * n, sizeof(float) * rows * n);
    std::memcpy(dc, d_c.typed_data() + row * n, sizeof(float) * rows * n);
    for (int64_t k = z.steps - 1; k >= 0; --k) {
      const int64_t first = z.at(k) * z.batch + row;
      const float* before = k ? cs.typed_data() + (z.at(k - 1) * z.batch + row) * n
                              : c0.typed_data() + row * n;
      for (int64_t m = 0; m < rows; ++m) {
        const int64_t at = first + m;
        LstmCellBack(n, gates.typed_data() + at * 4 * n, cs.typed_data() + at * n, before + m * n,
                     d_out.typed_data() + at * n, d_u->typed_data() + at * 4 * n, dh + m * n,
                     dc + m * n);
      }
      product(d_u->typed_data() + first * 4 * n, dh);
    }
  });
}

// rz (T, N, 2H), candidates and what the reset gate multiplies (T, N, H each) are kept.
ffi::Error GruForward(ffi::ThreadPool pool, Buffer a, Buffer r, Buffer bias, Buffer h0, Result hs,
                      Result rz, Result candidates, Result inner, bool reverse) {
  const int64_t n = r.dimensions()[1];
  const Sizes z = SizesOf(a, n, reverse);
  return OverRows(pool, z.batch, [&](int64_t row, int64_t rows) {
    Product product(rows, n, 3 * n, 1, n, false, r.typed_data());
    std::vector<float> recurrent(rows * 3 * n);
    const float* b = bias.typed_data();
    const float* h = h0.typed_data() + row * n;
    for (int64_t k = 0; k < z.steps; ++k) {
      const int64_t first = z.at(k) * z.batch + row;
      float* h_new = hs->typed_data() + first * n;
      product(h, recurrent.data());
      for (int64_t m = 0; m < rows; ++m) {
        const int64_t at = first + m;
        GruCell(n, a.typed_data() + at * 3 * n, recurrent.data() + m * 3 * n, b, h + m * n,
                rz->typed_data() + at * 2 * n, candidates->typed_data() + at * n,
                inner->typed_data() + at * n, h_new + m * n);
      }
      h = h_new;
    }
  });
}

ffi::Error GruBackward(ffi::ThreadPool pool, Buffer d_out, Buffer d_h, Buffer r, Buffer h0,
                       Buffer hs, Buffer rz, Buffer candidates, Buffer inner, Result d_a,
                       Result d_u, Result d_h0, bool reverse) {
  const int64_t n = r.dimensions()[1];
  const Sizes z = SizesOf(d_out, n, reverse);
  return OverRows(pool, z.batch, [&](int64_t row, int64_t rows) {
    Product product(rows, 3 * n, n, n, 1, true, r.typed_data());
    float* dh = d_h0->typed_data() + row * n;
    std::memcpy(dh, d_h.typed_data() + row * n, sizeof(float) * rows * n);
    for (int64_t k = z.steps - 1; k >= 0; --k) {
      const int64_t first = z.at(k) * z.batch + row;
      const float* before = k ? hs.typed_data() + (z.at(k - 1) * z.batch + row) * n
                              : h0.typed_data() + row * n;
      for (int64_t m = 0; m < rows; ++m) {
        const int64_t at = first + m;
        GruCellBack(n, rz.typed_data() + at * 2 * n, candidates.typed_data() + at * n,
                    inner.typed_data() + at * n, before + m * n, d_out.typed_data() + at * n,
                    d_a->typed_data() + at * 3 * n, d_u->typed_data() + at * 3 * n, dh + m * n);
      }
      product(d_u->typed_data() + first * 3 * n, dh);
    }
  });
}

ffi::Error RnnForward(ffi::ThreadPool pool, Buffer a, Buffer r, Buffer h0, Result hs, bool reverse,
                      bool relu) {
  const int64_t n = r.dimensions()[1];
  const Sizes z = SizesOf(a, n, reverse);
  return OverRows(pool, z.batch, [&](int64_t row, int64_t rows) {
    Product product(rows, n, n, 1, n, true, r.typed_data());
    const float* h = h0.typed_data() + row * n;
    for (int64_t k = 0; k < z.steps; ++k) {
      const int64_t first = (z.at(k) * z.batch + row) * n;
      float* h_new = hs->typed_data() + first;
      std::memcpy(h_new, a.typed_data() + first, sizeof(float) * rows * n);
      product(h, h_new);
      PlainCell(rows * n, relu, h_new);
      h = h_new;
    }
  });
}

ffi::Error RnnBackward(ffi::ThreadPool pool, Buffer d_out, Buffer d_h, Buffer r, Buffer hs,
                       Result d_u, Result d_h0, bool reverse, bool relu) {
  const int64_t n = r.dimensions()[1];
  const Sizes z = SizesOf(d_out, n, reverse);
  return OverRows(pool, z.batch, [&](int64_t row, int64_t rows) {
    Product product(rows, n, n, n, 1, false, r.typed_data());
    float* dh = d_h0->typed_data() + row * n;
    std::memcpy(dh, d_h.typed_data() + row * n, sizeof(float) * rows * n);
    for (int64_t k = z.steps - 1; k >= 0; --k) {
      const int64_t first = (z.at(k) * z.batch + row) * n;
      float* du = d_u->typed_data() + first;
      PlainCellBack(rows * n, relu, hs.typed_data() + first, dh, d_out.typed_data() + first, du);
      product(du, dh);
    }
  });
}

}  // namespace

MXNET_KERNEL(lstm_forward, LstmForward, mxnet_xla::Bind<4, 3>().Attr<bool>("reverse"));
MXNET_KERNEL(lstm_backward, LstmBackward, mxnet_xla::Bind<7, 3>().Attr<bool>("reverse"));
MXNET_KERNEL(gru_forward, GruForward, mxnet_xla::Bind<4, 4>().Attr<bool>("reverse"));
MXNET_KERNEL(gru_backward, GruBackward, mxnet_xla::Bind<8, 3>().Attr<bool>("reverse"));
MXNET_KERNEL(rnn_forward, RnnForward,
             mxnet_xla::Bind<3, 1>().Attr<bool>("reverse").Attr<bool>("relu"));
MXNET_KERNEL(rnn_backward, RnnBackward,
             mxnet_xla::Bind<4, 2>().Attr<bool>("reverse").Attr<bool>("relu"));
