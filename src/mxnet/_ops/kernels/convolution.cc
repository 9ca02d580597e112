// Convolution on CPUs with oneDNN, for XLA's foreign function interface.
//
// The handlers: the convolution, its gradient for the data, its gradient for the weight; and the
// convolution of 8-bit numbers with 32-bit sums. A call is cut into parts (by examples, or by channels
// where the weight is the larger operand), and the parts run on XLA's own thread pool, each with a
// sequential oneDNN primitive. So there is one pool of threads in the process, nobody waits by
// spinning, and no thread is ever started here.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "common.h"
#include "handler.h"
#include "oneapi/dnnl/dnnl.hpp"
#include "parallel.h"
#include "product.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using dnnl::memory;
using mxnet_xla::Alone;
using mxnet_xla::Cpu;
using Dims = memory::dims;
using Buffer = ffi::Buffer<ffi::F32>;
using Result = ffi::Result<Buffer>;
using Ints = ffi::Span<const int64_t>;

enum Kind { kForward = 0, kData = 1, kWeight = 2 };

// An array in logical order (batch or output, channel or input, space ...) on strided memory.
struct View {
  Dims size, step;
  int64_t offset = 0;
  memory::data_type type = memory::data_type::f32;

  memory::desc desc() const { return memory::desc(size, type, step); }

  int64_t bytes() const { return offset * memory::data_type_size(type); }

  int64_t count() const {
    int64_t n = 1;
    for (auto s : size) n *= s;
    return n;
  }

  View part(int axis, int64_t begin, int64_t length) const {
    View v = *this;
    v.size[axis] = length;
    v.offset += begin * step[axis];
    return v;
  }
};

// `shape` as XLA has it: rows first, channels second or last.
View Make(Ints shape, bool last) {
  const int n = static_cast<int>(shape.size());
  Dims step(n);
  int64_t s = 1;
  for (int i = n - 1; i >= 0; --i) {
    step[i] = s;
    s *= shape[i];
  }
  View v;
  v.size.assign(shape.begin(), shape.end());
  v.step = step;
  if (last) {  // (rows, space ..., channels) to (rows, channels, space ...)
    std::rotate(v.size.begin() + 1, v.size.end() - 1, v.size.end());
    std::rotate(v.step.begin() + 1, v.step.end() - 1, v.step.end());
  }
  return v;
}

// The weight of a grouped convolution with the groups as an axis of their own, in front.
View Grouped(View w, int64_t groups) {
  if (groups == 1) return w;
  const int64_t per_group = w.size[0] / groups;
  w.size[0] = per_group;
  w.size.insert(w.size.begin(), groups);
  w.step.insert(w.step.begin(), per_group * w.step[0]);
  return w;
}

struct Window {
  Dims stride, dilate, low, high;  // dilate as oneDNN counts it: 0 is dense
};

// One primitive with the reorders around it. Immutable once made, so threads can share it: memory that
// the primitives work in is the caller's. What oneDNN keeps itself is one for all threads, which mixed
// the sums of 8-bit weights that two of them reordered at once.
struct Plan {
  dnnl::primitive compute;
  memory::desc user[3], wanted[3];  // two inputs and the output
  bool reorder[3];
  dnnl::primitive moves[3];
  memory::desc scratch, moving[3];  // what `compute` and `moves` work in
};

memory::desc Any(const View& v) {
  return memory::desc(v.size, v.type, memory::format_tag::any);
}

std::shared_ptr<const Plan> MakePlan(Kind kind, const View& x, const View& w, const View& y,
                                     const Window& at) {
  auto plan = std::make_shared<Plan>();
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto prop = x.type == memory::data_type::f32 ? dnnl::prop_kind::forward_training
                                                     : dnnl::prop_kind::forward_inference;
  dnnl::convolution_forward::primitive_desc forward(Cpu(), prop, algorithm, Any(x), Any(w), Any(y),
                                                    at.stride, at.dilate, at.low, at.high, attr);
  if (kind == kForward) {
    plan->compute = dnnl::convolution_forward(forward);
    plan->wanted[0] = forward.src_desc();
    plan->wanted[1] = forward.weights_desc();
    plan->wanted[2] = forward.dst_desc();
    plan->scratch = forward.scratchpad_desc();
    plan->user[0] = x.desc(), plan->user[1] = w.desc(), plan->user[2] = y.desc();
  } else if (kind == kData) {
    dnnl::convolution_backward_data::primitive_desc d(Cpu(), algorithm, Any(x), Any(w), Any(y),
                                                      at.stride, at.dilate, at.low, at.high,
                                                      forward, attr);
    plan->compute = dnnl::convolution_backward_data(d);
    plan->wanted[0] = d.diff_dst_desc();
    plan->wanted[1] = d.weights_desc();
    plan->wanted[2] = d.diff_src_desc();
    plan->scratch = d.scratchpad_desc();
    plan->user[0] = y.desc(), plan->user[1] = w.desc(), plan->user[2] = x.desc();
  } else {
    dnnl::convolution_backward_weights::primitive_desc d(Cpu(), algorithm, Any(x), Any(w), Any(y),
                                                         at.stride, at.dilate, at.low, at.high,
                                                         forward, attr);
    plan->compute = dnnl::convolution_backward_weights(d);
    plan->wanted[0] = d.src_desc();
    plan->wanted[1] = d.diff_dst_desc();
    plan->wanted[2] = d.diff_weights_desc();
    plan->scratch = d.scratchpad_desc();
    plan->user[0] = x.desc(), plan->user[1] = y.desc(), plan->user[2] = w.desc();
  }
  for (int i = 0; i < 3; ++i) {
    plan->reorder[i] = plan->user[i] != plan->wanted[i];
    if (!plan->reorder[i]) continue;
    const auto& from = i < 2 ? plan->user[i] : plan->wanted[i];
    const auto& to = i < 2 ? plan->wanted[i] : plan->user[i];
    const dnnl::reorder::primitive_desc move(Cpu(), from, Cpu(), to, attr);
    plan->moves[i] = dnnl::reorder(move);
    plan->moving[i] = move.scratchpad_desc();
  }
  return plan;
}

std::shared_ptr<const Plan> GetPlan(Kind kind, const View& x, const View& w, const View& y,
                                    const Window& at) {
  static std::mutex guard;
  static std::map<std::vector<int64_t>, std::shared_ptr<const Plan>> known;
  std::vector<int64_t> key{kind, static_cast<int64_t>(x.type)};
  for (const Dims* d : {&x.size, &x.step, &w.size, &w.step, &y.size, &y.step, &at.stride,
                        &at.dilate, &at.low, &at.high}) {
    key.push_back(static_cast<int64_t>(d->size()));
    key.insert(key.end(), d->begin(), d->end());
  }
  {
    std::lock_guard<std::mutex> lock(guard);
    auto found = known.find(key);
    if (found != known.end()) return found->second;
  }
  auto made = MakePlan(kind, x, w, y, at);  // milliseconds: not under the lock
  std::lock_guard<std::mutex> lock(guard);
  if (known.size() >= 4096) known.clear();  // plans in use stay alive by their pointers
  return known.emplace(std::move(key), std::move(made)).first->second;
}

// Memory of a thread for what lies between the user's arrays and the primitive; kept for the next
// call, up to a size.
class Arena {
 public:
  ~Arena() { Free(); }

  char* Take(size_t bytes) {
    const size_t at = used_;
    used_ += (bytes + 4095) / 4096 * 4096;
    return base_ ? base_ + at : nullptr;
  }

  // Called first with the sum of what will be taken.
  bool Reserve(size_t bytes) {
    used_ = 0;
    if (bytes <= size_) return true;
    Free();
    base_ = static_cast<char*>(std::aligned_alloc(4096, bytes));
    size_ = base_ ? bytes : 0;
    return base_ != nullptr || bytes == 0;
  }

  void Trim() {
    if (size_ > kKept) Free();
  }

 private:
  void Free() {
    std::free(base_);
    base_ = nullptr;
    size_ = 0;
  }
  static constexpr size_t kKept = size_t{16} << 20;
  char* base_ = nullptr;
  size_t size_ = 0, used_ = 0;
};

// A weight of 8-bit numbers in the primitive's order. Networks that are quantized keep theirs, and
// oneDNN's reorder takes longer than the convolution: so the last ones are kept, each with the bytes
// that it was made from, which tell whether the weight is still the same.
struct Packed {
  std::shared_ptr<const Plan> plan;
  std::vector<char> from;
  std::unique_ptr<char, decltype(&std::free)> to{nullptr, &std::free};
};

std::shared_ptr<const Packed> Pack(const std::shared_ptr<const Plan>& plan, const void* w,
                                   dnnl::stream& stream) {
  static std::mutex guard;
  static std::map<std::pair<const Plan*, const void*>, std::shared_ptr<const Packed>> known;
  static size_t held = 0;
  constexpr size_t kMost = size_t{256} << 20;
  const size_t size = plan->user[1].get_size(), room = plan->wanted[1].get_size();
  const auto key = std::make_pair(plan.get(), w);
  std::shared_ptr<const Packed> found;
  {
    std::lock_guard<std::mutex> lock(guard);
    auto at = known.find(key);
    if (at != known.end()) found = at->second;
  }
  if (found && std::memcmp(found->from.data(), w, size) == 0) return found;
  auto made = std::make_shared<Packed>();
  made->plan = plan;
  made->from.assign(static_cast<const char*>(w), static_cast<const char*>(w) + size);
  made->to.reset(static_cast<char*>(std::aligned_alloc(4096, (room + 4095) / 4096 * 4096)));
  if (!made->to) throw std::bad_alloc();
  memory from(plan->user[1], Cpu(), made->from.data());
  memory to(plan->wanted[1], Cpu(), made->to.get());
  memory scratch(plan->moving[1], Cpu());
  plan->moves[1].execute(
      stream, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {DNNL_ARG_SCRATCHPAD, scratch}});
  stream.wait();
  std::lock_guard<std::mutex> lock(guard);
  if (held + size + room > kMost) known.clear(), held = 0;
  if (!known.count(key)) held += size + room;
  return known[key] = made;
}

size_t Padded(size_t bytes) { return (bytes + 4095) / 4096 * 4096; }

void Execute(Kind kind, const std::shared_ptr<const Plan>& shared, const void* a, const void* b,
             void* c) {
  const Plan& plan = *shared;
  static thread_local dnnl::stream stream(Cpu());
  static thread_local Arena arena;
  size_t total = Padded(plan.scratch.get_size());
  const bool bytes = plan.user[1].get_data_type() == memory::data_type::s8;
  std::shared_ptr<const Packed> packed;
  if (bytes && plan.reorder[1]) packed = Pack(shared, b, stream);
  for (int i = 0; i < 3; ++i)
    if (plan.reorder[i] && !(i == 1 && packed))
      total += Padded(plan.wanted[i].get_size()) + Padded(plan.moving[i].get_size());
  if (!arena.Reserve(total)) throw std::bad_alloc();
  void* user[3] = {const_cast<void*>(a), const_cast<void*>(b), c};
  memory outer[3], inner[3];
  for (int i = 0; i < 3; ++i) {
    outer[i] = memory(plan.user[i], Cpu(), user[i]);
    if (i == 1 && packed) {
      inner[i] = memory(plan.wanted[i], Cpu(), packed->to.get());
      continue;
    }
    inner[i] = plan.reorder[i]
                   ? memory(plan.wanted[i], Cpu(), arena.Take(plan.wanted[i].get_size()))
                   : outer[i];
  }
  memory scratch(plan.scratch, Cpu(), arena.Take(plan.scratch.get_size()));
  const auto move = [&](int i, const memory& from, const memory& to) {
    memory own(plan.moving[i], Cpu(), arena.Take(plan.moving[i].get_size()));
    plan.moves[i].execute(
        stream, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {DNNL_ARG_SCRATCHPAD, own}});
  };
  for (int i = 0; i < 2; ++i)
    if (plan.reorder[i] && !(i == 1 && packed)) move(i, outer[i], inner[i]);
  static const int names[3][3] = {{DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
                                  {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC},
                                  {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS}};
  plan.compute.execute(stream, {{names[kind][0], inner[0]},
                                {names[kind][1], inner[1]},
                                {names[kind][2], inner[2]},
                                {DNNL_ARG_SCRATCHPAD, scratch}});
  if (plan.reorder[2]) move(2, inner[2], outer[2]);
  stream.wait();
  arena.Trim();
}

// How a call is cut: along which axis of each operand (-1: each part sees all of it).
struct Cut {
  int x = -1, w = -1, y = -1;
  bool sums = false;  // the parts' outputs are to be added
  int64_t length = 0, unit = 1;
};

Cut Choose(Kind kind, const View& x, const View& w, const View& y, int64_t groups, int64_t threads) {
  Cut examples{0, -1, 0, kind == kWeight, x.size[0], 1};
  const int64_t moved = x.count() + y.count();
  if (groups != 1 || (x.size[0] >= threads && w.count() <= moved)) return examples;
  // By channels, of which the vector units take 16 at a time.
  const int64_t outputs = w.size[0], inputs = w.size[1];
  Cut filters{-1, 0, 1, false, outputs, 16};
  Cut channels{1, 1, -1, false, inputs, 16};
  Cut best = kind == kData ? channels : filters;
  if (kind == kWeight && inputs > outputs) best = channels;
  return best.length >= 16 * threads ? best : examples;
}

ffi::Error Run(Kind kind, ffi::ThreadPool& pool, const void* a, const void* b, void* c,
               const View& x, const View& w, const View& y, const Window& at, int64_t groups) {
  const int64_t threads = std::max<int64_t>(1, pool.num_threads());
  const double work = 2.0 * y.count() * (w.count() / w.size[0]);
  const Cut cut = Choose(kind, x, w, y, groups, threads);
  const int64_t units = (cut.length + cut.unit - 1) / cut.unit;
  // A part is worth a thread from about 20 us on.
  const int64_t parts =
      std::max<int64_t>(1, std::min({threads, units, static_cast<int64_t>(work / 1e6) + 1}));
  std::vector<std::vector<float>> sums(cut.sums ? parts - 1 : 0);
  const int64_t elements = w.count();
  mxnet_xla::Parallel(pool, parts, [&](int64_t i) {
    const int64_t begin = std::min(units * i / parts * cut.unit, cut.length);
    const int64_t end = std::min(units * (i + 1) / parts * cut.unit, cut.length);
    const View px = cut.x < 0 ? x : x.part(cut.x, begin, end - begin);
    const View pw = cut.w < 0 ? w : w.part(cut.w, begin, end - begin);
    const View py = cut.y < 0 ? y : y.part(cut.y, begin, end - begin);
    const View gw = Grouped(pw, groups);
    void* out = static_cast<char*>(c) + (kind == kForward ? py : kind == kData ? px : pw).bytes();
    if (cut.sums && i > 0) {
      sums[i - 1].resize(elements);
      out = sums[i - 1].data();
    }
    const View& pa = kind == kData ? py : px;
    const View& pb = kind == kWeight ? py : pw;
    Alone([&] {
      Execute(kind, GetPlan(kind, px, gw, py, at), static_cast<const char*>(a) + pa.bytes(),
              static_cast<const char*>(b) + pb.bytes(), out);
    });
  });
  for (const auto& s : sums)
    for (int64_t i = 0; i < elements; ++i) static_cast<float*>(c)[i] += s[i];
  return ffi::Error::Success();
}

Window MakeWindow(Ints stride, Ints dilate, Ints low, Ints high) {
  Window at;
  at.stride.assign(stride.begin(), stride.end());
  for (auto d : dilate) at.dilate.push_back(d - 1);
  at.low.assign(low.begin(), low.end());
  at.high.assign(high.begin(), high.end());
  return at;
}

// ------------------------------------- the gradient of a large weight for few windows, as a product

// What oneDNN does for small images is mostly to bring the weight's gradient from an order of its own
// into ours. As a product of the result's gradient and of the windows it comes out in ours.
bool IsProduct(const View& w, const View& y, int64_t groups, bool last) {
  int64_t image = 1;
  for (size_t i = 2; i < y.size.size(); ++i) image *= y.size[i];
  const int64_t rows = y.size[0] * image, columns = w.count() / w.size[0];
  return groups == 1 && !last && image > 1 && image <= 64 && w.size[0] >= 512 &&
         w.count() >= (1 << 20) && rows * columns <= (1 << 24);
}

// The windows of one channel: for each offset in the kernel what it meets, (offsets, N, *windows).
void Windows(const View& x, const float* channel, const Dims& kernel, const Dims& out,
             const Window& at, float* to) {
  const int axes = static_cast<int>(kernel.size()), inner = axes - 1;
  const int64_t stride = at.stride[inner], dilate = at.dilate[inner] + 1;
  const int64_t width = x.size[2 + inner], columns = out[inner];
  int64_t offsets = 1, lines = 1;
  for (int i = 0; i < axes; ++i) offsets *= kernel[i], lines *= i < inner ? out[i] : 1;
  for (int64_t k = 0; k < offsets; ++k) {
    Dims offset(axes);
    for (int64_t i = axes - 1, rest = k; i >= 0; rest /= kernel[i--]) offset[i] = rest % kernel[i];
    // the columns [begin, end) whose windows have this offset within the image
    const int64_t shift = offset[inner] * dilate - at.low[inner];
    const int64_t begin = std::min(columns, shift >= 0 ? 0 : (-shift + stride - 1) / stride);
    const int64_t end = std::clamp((width - shift + stride - 1) / stride, begin, columns);
    for (int64_t n = 0; n < x.size[0]; ++n) {
      for (int64_t line = 0; line < lines; ++line, to += columns) {
        int64_t start = n * x.step[0] + shift;
        bool inside = true;
        for (int64_t i = inner - 1, rest = line; i >= 0; rest /= out[i--]) {
          const int64_t place =
              rest % out[i] * at.stride[i] + offset[i] * (at.dilate[i] + 1) - at.low[i];
          inside = inside && place >= 0 && place < x.size[2 + i];
          start += place * x.step[2 + i];
        }
        if (!inside) {
          std::fill(to, to + columns, 0.0f);
          continue;
        }
        std::fill(to, to + begin, 0.0f);
        for (int64_t j = begin; j < end; ++j) to[j] = channel[start + j * stride];
        std::fill(to + end, to + columns, 0.0f);
      }
    }
  }
}

void WeightAsProduct(ffi::ThreadPool& pool, const float* x, const float* y, float* w,
                     const View& vx, const View& vw, const View& vy, const Window& at) {
  const Dims kernel(vw.size.begin() + 2, vw.size.end()), out(vy.size.begin() + 2, vy.size.end());
  const int64_t filters = vw.size[0], channels = vw.size[1], columns = vw.count() / filters;
  const int64_t offsets = columns / channels, rows = vy.count() / filters;
  const int64_t image = rows / vy.size[0], threads = std::max<int64_t>(1, pool.num_threads());
  std::unique_ptr<float[]> windows(new float[columns * rows]), results(new float[filters * rows]);
  mxnet_xla::Parallel(pool, threads, [&](int64_t i) {
    for (int64_t c = channels * i / threads; c < channels * (i + 1) / threads; ++c)
      Windows(vx, x + c * vx.step[1], kernel, out, at, &windows[c * offsets * rows]);
    for (int64_t o = filters * i / threads; o < filters * (i + 1) / threads; ++o)
      for (int64_t n = 0; n < vy.size[0]; ++n)
        std::copy_n(y + n * vy.step[0] + o * vy.step[1], image, &results[o * rows + n * image]);
  });
  mxnet_xla::Products(pool, 1, false, true, filters, columns, rows, results.get(), windows.get(), w);
}

ffi::Error Forward(ffi::ThreadPool pool, Buffer x, Buffer w, Result y, Ints stride, Ints dilate,
                   Ints low, Ints high, int64_t groups, bool last) {
  return Run(kForward, pool, x.typed_data(), w.typed_data(), y->typed_data(),
             Make(x.dimensions(), last), Make(w.dimensions(), last), Make(y->dimensions(), last),
             MakeWindow(stride, dilate, low, high), groups);
}

ffi::Error Data(ffi::ThreadPool pool, Buffer y, Buffer w, Result x, Ints stride, Ints dilate,
                Ints low, Ints high, int64_t groups, bool last) {
  return Run(kData, pool, y.typed_data(), w.typed_data(), x->typed_data(),
             Make(x->dimensions(), last), Make(w.dimensions(), last), Make(y.dimensions(), last),
             MakeWindow(stride, dilate, low, high), groups);
}

ffi::Error Weight(ffi::ThreadPool pool, Buffer x, Buffer y, Result w, Ints stride, Ints dilate,
                  Ints low, Ints high, int64_t groups, bool last) {
  const View vx = Make(x.dimensions(), last), vw = Make(w->dimensions(), last);
  const View vy = Make(y.dimensions(), last);
  const Window at = MakeWindow(stride, dilate, low, high);
  if (IsProduct(vw, vy, groups, last)) {
    WeightAsProduct(pool, x.typed_data(), y.typed_data(), w->typed_data(), vx, vw, vy, at);
    return ffi::Error::Success();
  }
  return Run(kWeight, pool, x.typed_data(), y.typed_data(), w->typed_data(), vx, vw, vy, at, groups);
}

View As(memory::data_type type, View v) {
  v.type = type;
  return v;
}

// `x` of int8 or uint8, `w` of int8, `y` of int32. Sums are whole where the processor adds them up in
// 32 bits (VNNI); others would saturate in between, and are not asked.
ffi::Error Bytes(ffi::ThreadPool pool, ffi::AnyBuffer x, ffi::Buffer<ffi::S8> w,
                 ffi::Result<ffi::Buffer<ffi::S32>> y, Ints stride, Ints dilate, Ints low, Ints high,
                 int64_t groups, bool last) {
  using Type = memory::data_type;
  const Type type = x.element_type() == ffi::U8 ? Type::u8 : Type::s8;
  return Run(kForward, pool, x.untyped_data(), w.typed_data(), y->typed_data(),
             As(type, Make(x.dimensions(), last)), As(Type::s8, Make(w.dimensions(), last)),
             As(Type::s32, Make(y->dimensions(), last)), MakeWindow(stride, dilate, low, high),
             groups);
}

#define GEOMETRY               \
  .Attr<Ints>("stride")        \
      .Attr<Ints>("dilate")    \
      .Attr<Ints>("low")       \
      .Attr<Ints>("high")      \
      .Attr<int64_t>("groups") \
      .Attr<bool>("last")

}  // namespace

MXNET_KERNEL(conv_forward, Forward, mxnet_xla::Bind<2, 1>() GEOMETRY);
MXNET_KERNEL(conv_data, Data, mxnet_xla::Bind<2, 1>() GEOMETRY);
MXNET_KERNEL(conv_weight, Weight, mxnet_xla::Bind<2, 1>() GEOMETRY);
MXNET_KERNEL(conv_bytes, Bytes,
             ffi::Ffi::Bind()
                 .Ctx<ffi::ThreadPool>()
                 .Arg<ffi::AnyBuffer>()
                 .Arg<ffi::Buffer<ffi::S8>>()
                 .Ret<ffi::Buffer<ffi::S32>>() GEOMETRY);
