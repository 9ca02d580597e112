// Sorting along rows: by the digits of keys, stable, and what carries values to their places.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <utility>

#include "handler.h"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;
using Order = ffi::Buffer<ffi::S32>;
using Words = ffi::Buffer<ffi::U32>;

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

// Rows from this width on are shared by all threads where there are fewer rows than threads.
constexpr int64_t kLong = 1 << 15;

int64_t Threads(ffi::ThreadPool& pool) { return std::max<int64_t>(1, pool.num_threads()); }

// Parts of a row of n that are worth a thread each: some more than threads, which may be busy.
int64_t PartsOf(ffi::ThreadPool& pool, int64_t n) {
  return std::max<int64_t>(1, std::min(2 * n / kLong, 2 * std::min<int64_t>(Threads(pool), 16)));
}

// f(begin, end) for parts of 0 ... n - 1 on all threads.
template <typename F>
void OverParts(ffi::ThreadPool& pool, int64_t n, const F& f) {
  const int64_t parts = PartsOf(pool, n);
  mxnet_xla::Parallel(pool, parts, [&](int64_t p) { f(n * p / parts, n * (p + 1) / parts); });
}

// Items in the order of some bits of their keys, which all threads bring about together. Stable, so
// the result does not depend on how many threads there are.
class LongRow {
 public:
  LongRow(ffi::ThreadPool& pool, int64_t n)
      : pool_(pool),
        n_(n),
        parts_(PartsOf(pool, n)),
        room_(new Item[2 * n]),
        counts_(new uint32_t[parts_ * kDigits]),
        items_(room_.get()),
        others_(items_ + n) {}

  Item* items() { return items_; }

  // By the bits from `shift` on, as many as a digit has.
  void Sort(int shift) {
    uint32_t* const counts = counts_.get();
    const auto digit = [shift](Item item) { return item.key >> shift & (kDigits - 1); };
    mxnet_xla::Parallel(pool_, parts_, [&](int64_t p) {
      uint32_t* const mine = counts + p * kDigits;
      std::fill(mine, mine + kDigits, 0);
      for (int64_t i = Begin(p), end = Begin(p + 1); i < end; ++i) ++mine[digit(items_[i])];
    });
    uint32_t total = 0;
    for (uint32_t d = 0; d < kDigits; ++d) {
      const uint32_t before = total;
      for (int64_t p = 0; p < parts_; ++p) {
        const uint32_t many = counts[p * kDigits + d];
        counts[p * kDigits + d] = total;
        total += many;
      }
      if (total - before == static_cast<uint64_t>(n_)) return;  // all alike
    }
    mxnet_xla::Parallel(pool_, parts_, [&](int64_t p) {
      uint32_t* const next = counts + p * kDigits;
      for (int64_t i = Begin(p), end = Begin(p + 1); i < end; ++i) {
        others_[next[digit(items_[i])]++] = items_[i];
      }
    });
    std::swap(items_, others_);
  }

  void Places(int32_t* order) {
    OverParts(pool_, n_, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) order[i] = items_[i].place;
    });
  }

 private:
  static constexpr uint32_t kDigits = 1u << 11;

  int64_t Begin(int64_t part) const { return n_ * part / parts_; }

  ffi::ThreadPool& pool_;
  const int64_t n_, parts_;
  const std::unique_ptr<Item[]> room_;
  const std::unique_ptr<uint32_t[]> counts_;
  Item *items_, *others_;
};

void LongOrder(ffi::ThreadPool& pool, int64_t n, const float* x, bool descending, int32_t* order) {
  LongRow row(pool, n);
  Item* const items = row.items();
  OverParts(pool, n, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) items[i] = {KeyOf(x[i], descending), int32_t(i)};
  });
  for (const int shift : {0, 11, 22}) row.Sort(shift);
  row.Places(order);
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
  const int64_t most = std::min(rows.many, 4 * Threads(pool));
  const int64_t parts = std::max<int64_t>(1, std::min(rows.many * rows.width / enough, most));
  mxnet_xla::Parallel(pool, parts, [&](int64_t i) {
    f(rows.many * i / parts, rows.many * (i + 1) / parts);
  });
}

// Whether the threads share each row, one after the other.
bool AreShared(ffi::ThreadPool& pool, Rows rows) {
  return rows.width >= kLong && rows.many < Threads(pool);
}

// f(row, its order, begin, end) for each row, or for parts of it.
template <typename F>
void Sorted(ffi::ThreadPool& pool, const Array& x, bool descending, const F& f) {
  const Rows rows = RowsOf(x);
  const int64_t n = rows.width;
  if (AreShared(pool, rows)) {
    const std::unique_ptr<int32_t[]> order(new int32_t[n]);
    for (int64_t r = 0; r < rows.many; ++r) {
      LongOrder(pool, n, x.typed_data() + r * n, descending, order.get());
      OverParts(pool, n, [&](int64_t begin, int64_t end) { f(r, order.get(), begin, end); });
    }
    return;
  }
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
      f(r, order.get(), 0, n);
    }
  });
}

ffi::Error SortRows(ffi::ThreadPool pool, Array x, ffi::Result<Array> y, bool descending) {
  const int64_t n = RowsOf(x).width;
  Sorted(pool, x, descending, [&](int64_t r, const int32_t* order, int64_t begin, int64_t end) {
    const float* from = x.typed_data() + r * n;
    float* to = y->typed_data() + r * n;
    for (int64_t j = begin; j < end; ++j) to[j] = from[order[j]];
  });
  return ffi::Error::Success();
}

ffi::Error SortOrder(ffi::ThreadPool pool, Array x, ffi::Result<Order> y, bool descending) {
  const int64_t n = RowsOf(x).width;
  Sorted(pool, x, descending, [&](int64_t r, const int32_t* order, int64_t begin, int64_t end) {
    std::copy(order + begin, order + end, y->typed_data() + r * n + begin);
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
  const auto carry = [&](int64_t r, int64_t begin, int64_t end) {
    const float* from = x.typed_data() + r * n;
    const int32_t* at = order.typed_data() + r * n;
    float* to = y->typed_data() + r * n;
    if (back) {
      for (int64_t j = begin; j < end; ++j) to[at[j]] = from[j];
    } else {
      for (int64_t j = begin; j < end; ++j) to[j] = from[at[j]];
    }
  };
  if (AreShared(pool, rows)) {
    for (int64_t r = 0; r < rows.many; ++r) {
      OverParts(pool, n, [&](int64_t begin, int64_t end) { carry(r, begin, end); });
    }
    return ffi::Error::Success();
  }
  OverRows(pool, rows, 16384, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) carry(r, 0, n);
  });
  return ffi::Error::Success();
}

// Two random words for each of some counters from `first` on: Threefry-2x32 of (counter, 0), the
// same as draws.py's.
constexpr int64_t kLanes = 64;

void Threefry(uint32_t key0, uint32_t key1, uint32_t first, uint32_t* a, uint32_t* b) {
  constexpr int kRounds = 13;
  constexpr int kRotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t keys[3] = {key0, key1, key0 ^ key1 ^ 0x1BD11BDAu};
  for (uint32_t i = 0; i < kLanes; ++i) {
    a[i] = first + i + key0;
    b[i] = key1;
  }
  for (int r = 0; r < kRounds; ++r) {
    const int left = kRotations[r % 8];
    for (int64_t i = 0; i < kLanes; ++i) {
      a[i] += b[i];
      b[i] = a[i] ^ (b[i] << left | b[i] >> (32 - left));
    }
    if (r % 4 == 3) {
      const uint32_t j = r / 4 + 1, add0 = keys[j % 3], add1 = keys[(j + 1) % 3] + j;
      for (int64_t i = 0; i < kLanes; ++i) {
        a[i] += add0;
        b[i] += add1;
      }
    }
  }
}

// Places in the stable order of keys of 31 random bits, few of which begin alike: by the first bits
// they go into buckets, within these by some more, and what is then equal is compared.
class Shuffle {
 public:
  Shuffle(ffi::ThreadPool& pool, int64_t n, int32_t* order)
      : pool_(pool), n_(n), parts_(PartsOf(pool, n)), order_(order) {
    int log = 0;
    while (n >> (log + 1)) ++log;
    first_ = std::min(std::max(log - 9, 0), 10);  // buckets that the nearest cache holds
    second_ = std::min(log - first_ + 2, 16);     // less than one key each
  }

  void Run(uint32_t key0, uint32_t key1) {
    // the keys are where the places will be
    uint32_t* const keys = reinterpret_cast<uint32_t*>(order_);
    const int64_t half = (n_ + 1) / 2, buckets = int64_t{1} << first_;
    const int shift = kBits - first_;
    // a part has some counters, and so two stretches of keys
    const std::unique_ptr<uint32_t[]> counts(new uint32_t[2 * parts_ * buckets]());
    mxnet_xla::Parallel(pool_, parts_, [&](int64_t p) {
      uint32_t a[kLanes], b[kLanes];
      const auto put = [&](int64_t at, const uint32_t* words, int64_t many, uint32_t* mine) {
        for (int64_t i = 0; i < many; ++i) keys[at + i] = words[i] % 0x7F000000u + 0x00800000u;
        for (int64_t i = 0; i < many; ++i) ++mine[keys[at + i] >> shift];
      };
      for (int64_t c = Begin(half, p), end = Begin(half, p + 1); c < end; c += kLanes) {
        Threefry(key0, key1, c, a, b);
        const int64_t many = std::min(kLanes, end - c);
        put(c, a, many, counts.get() + p * buckets);
        put(half + c, b, std::min(many, n_ - half - c), counts.get() + (parts_ + p) * buckets);
      }
    });
    const std::unique_ptr<uint32_t[]> begins(new uint32_t[buckets + 1]);
    uint32_t total = 0;
    for (int64_t d = 0; d < buckets; ++d) {
      begins[d] = total;
      for (int64_t s = 0; s < 2 * parts_; ++s) {
        const uint32_t many = counts[s * buckets + d];
        counts[s * buckets + d] = total;
        total += many;
      }
    }
    begins[buckets] = total;
    const std::unique_ptr<Item[]> items(new Item[n_]);
    mxnet_xla::Parallel(pool_, 2 * parts_, [&](int64_t s) {
      uint32_t* const next = counts.get() + s * buckets;
      const bool later = s >= parts_;
      const int64_t many = later ? n_ - half : half, p = later ? s - parts_ : s;
      const int64_t at = later ? half : 0;
      // the stretches of counters, of which the last may have no second word
      const int64_t begin = Begin(half, p), end = std::min(Begin(half, p + 1), many);
      for (int64_t i = at + begin; i < at + end; ++i) {
        items[next[keys[i] >> shift]++] = {keys[i], static_cast<int32_t>(i)};
      }
    });
    mxnet_xla::Parallel(pool_, std::min<int64_t>(buckets, 4 * parts_), [&](int64_t p) {
      const int64_t some = std::min<int64_t>(buckets, 4 * parts_);
      Settle(items.get(), begins.get(), buckets * p / some, buckets * (p + 1) / some);
    });
  }

 private:
  static constexpr int kBits = 31;

  int64_t Begin(int64_t n, int64_t part) const { return n * part / parts_; }

  // Some buckets, into their places.
  void Settle(const Item* items, const uint32_t* begins, int64_t bucket, int64_t end) {
    const int64_t most = Most(begins, bucket, end), digits = int64_t{1} << second_;
    const int shift = kBits - first_ - second_;
    const std::unique_ptr<Item[]> room(new Item[most]);
    const std::unique_ptr<uint32_t[]> next(new uint32_t[digits]);
    for (; bucket < end; ++bucket) {
      const Item* from = items + begins[bucket];
      const int64_t many = begins[bucket + 1] - begins[bucket];
      const auto digit = [&](const Item& item) { return item.key >> shift & (digits - 1); };
      std::fill(next.get(), next.get() + digits, 0);
      for (int64_t i = 0; i < many; ++i) ++next[digit(from[i])];
      uint32_t total = 0;
      for (int64_t d = 0; d < digits; ++d) total += std::exchange(next[d], total);
      for (int64_t i = 0; i < many; ++i) room[next[digit(from[i])]++] = from[i];
      for (int64_t i = 1; i < many; ++i) {
        const Item item = room[i];
        int64_t j = i;
        for (; j > 0 && room[j - 1].key > item.key; --j) room[j] = room[j - 1];
        room[j] = item;
      }
      int32_t* const to = order_ + begins[bucket];
      for (int64_t i = 0; i < many; ++i) to[i] = room[i].place;
    }
  }

  static int64_t Most(const uint32_t* begins, int64_t bucket, int64_t end) {
    int64_t most = 0;
    for (; bucket < end; ++bucket) {
      most = std::max<int64_t>(most, begins[bucket + 1] - begins[bucket]);
    }
    return most;
  }

  ffi::ThreadPool& pool_;
  const int64_t n_, parts_;
  int32_t* const order_;
  int first_, second_;  // bits
};

// The stable order of random floats, of which these words are the bits: see sort.py.
ffi::Error Permutation(ffi::ThreadPool pool, Words key, ffi::Result<Order> y) {
  if (key.element_count() != 2) {
    return ffi::Error(ffi::ErrorCode::kInvalidArgument, "permutation: a key is two words");
  }
  Shuffle(pool, y->element_count(), y->typed_data())
      .Run(key.typed_data()[0], key.typed_data()[1]);
  return ffi::Error::Success();
}

}  // namespace

MXNET_KERNEL(sort_rows, SortRows, mxnet_xla::Bind<1, 1>().Attr<bool>("descending"));
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
MXNET_KERNEL(permutation, Permutation,
             ffi::Ffi::Bind().Ctx<ffi::ThreadPool>().Arg<Words>().Ret<Order>());
