// Sorting along rows: by the digits of keys, stable, and what carries values to their places.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>

#include "handler.h"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;
using Order = ffi::Buffer<ffi::S32>;

// Whole numbers in the order of floats; both zeros are equal, and what is not a number comes last,
// whichever way.
inline uint32_t KeyOf(float x, bool descending) {
  if (x != x) return 0xffffffffu;
  x = x == 0 ? 0.0f : descending ? -x : x;
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

struct Item {
  uint32_t key;
  int32_t place;
};

// A digit takes a pass over the row and a table of counts: short rows have small tables.
constexpr int64_t kWide = 1024;
// Shorter rows than this are compared.
constexpr int64_t kShort = 48;

template <int kBits>
void ByDigits(int64_t n, const float* x, bool descending, Item* items, Item* others,
              int32_t* order) {
  constexpr int kPasses = (32 + kBits - 1) / kBits;
  constexpr uint32_t kDigits = 1u << kBits, kMask = kDigits - 1;
  uint32_t counts[kPasses][kDigits];
  std::memset(counts, 0, sizeof(counts));
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t key = KeyOf(x[i], descending);
    items[i] = {key, static_cast<int32_t>(i)};
    for (int p = 0; p < kPasses; ++p) ++counts[p][(key >> (p * kBits)) & kMask];
  }
  for (int p = 0; p < kPasses; ++p) {
    uint32_t* const begin = counts[p];
    const int shift = p * kBits;
    if (begin[(items[0].key >> shift) & kMask] == static_cast<uint64_t>(n)) continue;  // all alike
    uint32_t total = 0;
    for (uint32_t d = 0; d < kDigits; ++d) {
      const uint32_t many = begin[d];
      begin[d] = total;
      total += many;
    }
    for (int64_t i = 0; i < n; ++i) others[begin[(items[i].key >> shift) & kMask]++] = items[i];
    std::swap(items, others);
  }
  for (int64_t i = 0; i < n; ++i) order[i] = items[i].place;
}

// Keys before places, so that equal ones keep their order. As long as items.
void ByComparison(int64_t n, const float* x, bool descending, uint64_t* pairs, int32_t* order) {
  for (int64_t i = 0; i < n; ++i) {
    pairs[i] = static_cast<uint64_t>(KeyOf(x[i], descending)) << 32 | static_cast<uint64_t>(i);
  }
  std::sort(pairs, pairs + n);
  for (int64_t i = 0; i < n; ++i) order[i] = static_cast<int32_t>(pairs[i]);
}

struct Rows {
  int64_t many, width;
};

template <typename A>
Rows RowsOf(const A& x) {
  const int64_t width = x.dimensions().back();
  return {width ? static_cast<int64_t>(x.element_count()) / width : 0, width};
}

// f(first row, end) on all threads; so many elements are worth another one.
template <typename F>
void OverRows(ffi::ThreadPool& pool, Rows rows, int64_t enough, const F& f) {
  const int64_t most = std::min(rows.many, 4 * std::max<int64_t>(1, pool.num_threads()));
  const int64_t parts = std::max<int64_t>(1, std::min(rows.many * rows.width / enough, most));
  mxnet_xla::Parallel(pool, parts, [&](int64_t i) {
    f(rows.many * i / parts, rows.many * (i + 1) / parts);
  });
}

// f(row, its order) for each row.
template <typename F>
void Sorted(ffi::ThreadPool& pool, const Array& x, bool descending, const F& f) {
  const Rows rows = RowsOf(x);
  const int64_t n = rows.width;
  OverRows(pool, rows, 2048, [&](int64_t begin, int64_t end) {
    const std::unique_ptr<Item[]> items(new Item[2 * n]);
    const std::unique_ptr<uint64_t[]> pairs(new uint64_t[std::min(n, kShort)]);
    const std::unique_ptr<int32_t[]> order(new int32_t[n]);
    for (int64_t r = begin; r < end; ++r) {
      const float* from = x.typed_data() + r * n;
      if (n < kShort) {
        ByComparison(n, from, descending, pairs.get(), order.get());
      } else if (n < kWide) {
        ByDigits<8>(n, from, descending, items.get(), items.get() + n, order.get());
      } else {
        ByDigits<11>(n, from, descending, items.get(), items.get() + n, order.get());
      }
      f(r, order.get());
    }
  });
}

ffi::Error SortRows(ffi::ThreadPool pool, Array x, ffi::Result<Array> y, bool descending) {
  const int64_t n = RowsOf(x).width;
  Sorted(pool, x, descending, [&](int64_t r, const int32_t* order) {
    const float* from = x.typed_data() + r * n;
    float* to = y->typed_data() + r * n;
    for (int64_t j = 0; j < n; ++j) to[j] = from[order[j]];
  });
  return ffi::Error::Success();
}

ffi::Error SortOrder(ffi::ThreadPool pool, Array x, ffi::Result<Order> y, bool descending) {
  const int64_t n = RowsOf(x).width;
  Sorted(pool, x, descending, [&](int64_t r, const int32_t* order) {
    std::copy(order, order + n, y->typed_data() + r * n);
  });
  return ffi::Error::Success();
}

// Elements that are looked at together.
constexpr int64_t kBlock = 32;

// Whether one of a block may belong among the best: it is more than the least of them so far, or
// one of the two is not a number.
inline bool Promising(const float* x, float sign, float least) {
  int32_t any = 0;
  for (int64_t i = 0; i < kBlock; ++i) any |= !(sign * x[i] <= least);
  return any;
}

// The best so far as keys, with places turned round, so that earlier ones are more among equals. A
// number is more than what is not one only where the smallest are wanted.
class Best {
 public:
  Best(int64_t n, const float* x, bool smallest, int64_t k, uint64_t* best)
      : n_(n), x_(x), smallest_(smallest), sign_(smallest ? -1.0f : 1.0f), k_(k), best_(best) {}

  void Find(int32_t* order) {
    int64_t i = 0;
    for (; i + kBlock <= n_; i += kBlock) {
      if (!Promising(x_ + i, sign_, least_)) continue;
      for (int64_t j = i; j < i + kBlock; ++j) Look(j);
    }
    for (; i < n_; ++i) Look(i);
    if (k_ > kFew) std::partial_sort(best_, best_ + k_, best_ + many_, std::greater<uint64_t>());
    for (int64_t j = 0; j < k_; ++j) order[j] = static_cast<int32_t>(~best_[j]);
  }

  // Numbers that it needs room for.
  static int64_t Room(int64_t k) { return 2 * k; }

 private:
  // More than so few are not kept in order.
  static constexpr int64_t kFew = 32;

  void Look(int64_t i) {
    if (sign_ * x_[i] <= least_) return;
    const uint64_t key = x_[i] != x_[i] && smallest_ ? 0 : KeyOf(x_[i], smallest_);
    const uint64_t found = key << 32 | static_cast<uint32_t>(~static_cast<uint32_t>(i));
    if (many_ >= k_ && found <= bar_) return;
    if (k_ > kFew) {
      best_[many_++] = found;
      if (many_ < 2 * k_) return;
      std::nth_element(best_, best_ + k_ - 1, best_ + many_, std::greater<uint64_t>());
      many_ = k_;
    } else {
      int64_t at = many_ < k_ ? many_++ : k_ - 1;
      for (; at > 0 && best_[at - 1] < found; --at) best_[at] = best_[at - 1];
      best_[at] = found;
    }
    if (many_ < k_) return;
    bar_ = best_[k_ - 1];
    least_ = sign_ * x_[static_cast<uint32_t>(~bar_)];
  }

  const int64_t n_;
  const float* const x_;
  const bool smallest_;
  const float sign_;
  const int64_t k_;
  uint64_t* const best_;
  int64_t many_ = 0;
  uint64_t bar_ = 0;
  float least_ = std::numeric_limits<float>::quiet_NaN();  // for now everything is more
};

ffi::Error TopOrder(ffi::ThreadPool pool, Array x, ffi::Result<Order> y, bool smallest) {
  const Rows rows = RowsOf(x);
  const int64_t n = rows.width, k = y->dimensions().back();
  if (k > n || static_cast<int64_t>(y->element_count()) != rows.many * k) {
    return ffi::Error(ffi::ErrorCode::kInvalidArgument, "top_order: sizes do not fit");
  }
  if (k == 0) return ffi::Error::Success();
  OverRows(pool, rows, 32768, [&](int64_t begin, int64_t end) {
    const std::unique_ptr<uint64_t[]> best(new uint64_t[Best::Room(k)]);
    for (int64_t r = begin; r < end; ++r) {
      Best(n, x.typed_data() + r * n, smallest, k, best.get()).Find(y->typed_data() + r * k);
    }
  });
  return ffi::Error::Success();
}

// y[j] = x[order[j]], or the other way round; order holds each place once.
ffi::Error Carry(ffi::ThreadPool pool, Array x, Order order, ffi::Result<Array> y, bool back) {
  if (x.element_count() != order.element_count()) {
    return ffi::Error(ffi::ErrorCode::kInvalidArgument, "carry: as many places as numbers");
  }
  const Rows rows = RowsOf(x);
  const int64_t n = rows.width;
  OverRows(pool, rows, 16384, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* from = x.typed_data() + r * n;
      const int32_t* at = order.typed_data() + r * n;
      float* to = y->typed_data() + r * n;
      if (back) {
        for (int64_t j = 0; j < n; ++j) to[at[j]] = from[j];
      } else {
        for (int64_t j = 0; j < n; ++j) to[j] = from[at[j]];
      }
    }
  });
  return ffi::Error::Success();
}

}  // namespace

MXNET_KERNEL(
    sort_rows, SortRows,
    ffi::Ffi::Bind().Ctx<ffi::ThreadPool>().Arg<Array>().Ret<Array>().Attr<bool>("descending"));
MXNET_KERNEL(
    sort_order, SortOrder,
    ffi::Ffi::Bind().Ctx<ffi::ThreadPool>().Arg<Array>().Ret<Order>().Attr<bool>("descending"));
MXNET_KERNEL(
    top_order, TopOrder,
    ffi::Ffi::Bind().Ctx<ffi::ThreadPool>().Arg<Array>().Ret<Order>().Attr<bool>("smallest"));
MXNET_KERNEL(carry, Carry,
             ffi::Ffi::Bind()
                 .Ctx<ffi::ThreadPool>()
                 .Arg<Array>()
                 .Arg<Order>()
                 .Ret<Array>()
                 .Attr<bool>("back"));
