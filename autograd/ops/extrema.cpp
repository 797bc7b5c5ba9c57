#include <gradus/autograd/ops/extrema.hpp>

#include <gradus/autograd/kernels/extremum.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/indexing.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

using reduction::reduced_shape;
using reduction::restore_dims;

enum class Which { largest, smallest };

/// Whether both are equal, or both NaN; without branches, for loops that are vectorised.
template <class T>
bool same(T a, T b) {
  const int equal = a == b, nan_a = kernels::has_nan_bits(a), nan_b = kernels::has_nan_bits(b);
  return (equal | (nan_a & nan_b)) != 0;
}
/// What nothing loses against.
template <Which which, class T>
constexpr T worst() {
  using Limits = std::numeric_limits<T>;
  if constexpr (Limits::has_infinity)
    return which == Which::largest ? -Limits::infinity() : Limits::infinity();
  else
    return which == Which::largest ? Limits::lowest() : Limits::max();
}

void check_not_empty(const Shape& shape, const Dims& dims) {
  require<ShapeError>(
      reduction::reduced_count(shape, dims) > 0 || numel(reduced_shape(shape, dims, false)) == 0,
      "shape {} has nothing to choose from along dimensions {}", shape, dims);
}

template <Which which, class T>
struct ValueFold {
  using State = T;
  static constexpr bool takes_registers = true;
  T* out;

  T start() const { return worst<which, T>(); }
  T map(std::int64_t, std::int64_t, T x) const { return x; }
  void load(auto& to, const auto& x) const { to = x; }
  void join(auto& best, const auto& x) const {
    which == Which::largest ? kernels::raise(best, x) : kernels::lower(best, x);
  }
  T merge(T best, T x) const {
    join(best, x);
    return best;
  }
  void finish(std::int64_t kept, T best) const { out[kept] = best; }
};

/// The first place of the best, which is known.
template <class T>
struct PlaceFold {
  using State = std::int64_t;
  const T* best;
  std::int64_t* out;

  State start() const { return std::numeric_limits<std::int64_t>::max(); }
  State map(std::int64_t kept, std::int64_t index, T x) const {
    return same(x, best[kept]) ? index : std::numeric_limits<std::int64_t>::max();
  }
  State merge(State a, State b) const { return a < b ? a : b; }
  void finish(std::int64_t kept, State index) const { out[kept] = index; }
};

/// How many are the same as the best, which is known: the part of a gradient that each of them gets.
template <class T>
struct TieFold {
  using State = std::int64_t;
  const T* best;
  T* out;

  State start() const { return 0; }
  State map(std::int64_t kept, std::int64_t, T x) const { return same(x, best[kept]); }
  State merge(State a, State b) const { return a + b; }
  void finish(std::int64_t kept, State count) const { out[kept] = 1 / static_cast<T>(count); }
};

/// 1 where a (broadcast) and b are the same, else 0, in floating `dtype`; unrecorded.
template <Element T>
Tensor sameness(const Tensor& a, const Tensor& b, DType dtype) {
  return dispatch_floating(dtype, [&]<class R>() {
    return elementwise::apply<T>(a, b, elementwise::cheap, [](T x, T y) { return R(same(x, y)); });
  });
}

template <Which which>
struct Best {
  static constexpr std::string_view name = which == Which::largest ? "amax" : "amin";
  static constexpr Keep keep = keep_inputs(0) | keep_outputs(0);
  Dims dims;
  bool keepdim;

  Tensor forward(const Tensor& x) const {
    return dispatch(x.dtype(), [&]<class T>() {
      Tensor y = empty(reduced_shape(x.shape(), dims, keepdim), x.dtype());
      kernels::reduce(ValueFold<which, T>{y.mutable_data<T>()}, reduction::plan(x, dims), x.data<T>());
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor x = d.input(0).detach();
      const Tensor y = restore_dims(d.output(0).detach(), x.shape(), dims);
      return dispatch_floating(x.dtype(), [&]<class T>() -> Tensor {
        if (is_recording()) {
          const Tensor tied = sameness<T>(x, y, x.dtype());
          return restore_dims(d.grad(), x.shape(), dims) * (tied / sum(tied, dims, true));
        }
        const Tensor best = y.contiguous(), part = empty(y.shape(), y.dtype());
        kernels::reduce(TieFold<T>{best.data<T>(), part.mutable_data<T>()}, reduction::plan(x, dims),
                        x.data<T>());
        return elementwise::apply<T, T>(x, best, restore_dims(d.grad(), x.shape(), dims) * part,
                                        elementwise::cheap,
                                        [](T v, T most, T share) { return same(v, most) ? share : T(0); });
      });
    });
  }
};

/// Places of the best of x over `dims`, and the best themselves.
template <Which which>
std::array<Tensor, 2> find(const Tensor& x, const Dims& dims, bool keepdim) {
  return dispatch(x.dtype(), [&]<class T>() {
    const Shape shape = reduced_shape(x.shape(), dims, keepdim);
    const Tensor values = empty(shape, x.dtype()), indices = empty(shape, int64);
    const auto plan = reduction::plan(x, dims);
    kernels::reduce(ValueFold<which, T>{values.mutable_data<T>()}, plan, x.data<T>());
    kernels::reduce(PlaceFold<T>{values.data<T>(), indices.mutable_data<std::int64_t>()}, plan, x.data<T>());
    return std::array{values, indices};
  });
}

template <Which which>
struct FirstBest {
  static constexpr std::string_view name = which == Which::largest ? "max" : "min";
  static constexpr Keep keep = keep_outputs(1);
  Dims dims;  // one, or none for a 0-d tensor
  bool keepdim;
  Shape from;

  std::array<Tensor, 2> forward(const Tensor& x) const { return find<which>(x, dims, keepdim); }
  void backward(Backward& d) const {
    d.wrt(0, [&]() -> Tensor {
      if (dims.empty()) return d.grad();
      return indexing::add_at(from, dims[0], restore_dims(d.output(1), from, dims),
                              restore_dims(d.grad(), from, dims));
    });
  }
};

template <Which which>
Tensor best(const Tensor& x, const Dims& dims, bool keepdim, const SourceLocation& at) {
  const Dims wrapped = wrap_dims(dims, x.rank());
  check_not_empty(x.shape(), wrapped);
  return record(Best<which>{wrapped, keepdim}, at, x);
}

template <Which which>
Extremum first_best(const Tensor& x, std::int64_t dim, bool keepdim, const SourceLocation& at) {
  const Dims wrapped = wrap_dims(dim, x.rank());
  check_not_empty(x.shape(), wrapped);
  const auto [values, indices] = record(FirstBest<which>{wrapped, keepdim, x.shape()}, at, x);
  return {values, indices};
}

template <Which which>
Tensor place(const Tensor& x, const Dims& dims, bool keepdim) {
  const Dims wrapped = wrap_dims(dims, x.rank());
  check_not_empty(x.shape(), wrapped);
  return find<which>(x, wrapped, keepdim)[1];
}

}  // namespace

Tensor amax(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("amax", at);
  return best<Which::largest>(x, dims, keepdim, at);
}
Tensor amin(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("amin", at);
  return best<Which::smallest>(x, dims, keepdim, at);
}

Tensor max(const Tensor& x, SourceLocation at) {
  const OpScope scope("max", at);
  return best<Which::largest>(x, {}, false, at);
}
Tensor min(const Tensor& x, SourceLocation at) {
  const OpScope scope("min", at);
  return best<Which::smallest>(x, {}, false, at);
}

Extremum max(const Tensor& x, std::int64_t dim, bool keepdim, SourceLocation at) {
  const OpScope scope("max", at);
  return first_best<Which::largest>(x, dim, keepdim, at);
}
Extremum min(const Tensor& x, std::int64_t dim, bool keepdim, SourceLocation at) {
  const OpScope scope("min", at);
  return first_best<Which::smallest>(x, dim, keepdim, at);
}

Tensor argmax(const Tensor& x, std::int64_t dim, bool keepdim, SourceLocation at) {
  const OpScope scope("argmax", at);
  return place<Which::largest>(x, dim, keepdim);
}
Tensor argmin(const Tensor& x, std::int64_t dim, bool keepdim, SourceLocation at) {
  const OpScope scope("argmin", at);
  return place<Which::smallest>(x, dim, keepdim);
}
Tensor argmax(const Tensor& x, SourceLocation at) {
  const OpScope scope("argmax", at);
  return place<Which::largest>(x, {}, false);
}
Tensor argmin(const Tensor& x, SourceLocation at) {
  const OpScope scope("argmin", at);
  return place<Which::smallest>(x, {}, false);
}

}  // namespace gradus
