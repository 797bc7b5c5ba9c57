#include <gradus/autograd/ops/normalization.hpp>

#include <algorithm>
#include <optional>

#include <gradus/autograd/kernels/moments.hpp>
#include <gradus/autograd/kernels/rows.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/moments.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus::normalization {

namespace {

/// `tensor`, or `otherwise` for an undefined one, to be broadcast.
Tensor value_or(const Tensor& tensor, double otherwise, DType dtype) {
  return tensor.defined() ? tensor : full({}, otherwise, {.dtype = dtype});
}

/// 1 / sqrt(variance + eps)
template <class T>
Tensor scale_of(const Tensor& variance, double eps) {
  return elementwise::apply<T>(
      variance, cost, [eps](T v) { return static_cast<T>(1 / std::sqrt(static_cast<double>(v) + eps)); });
}

/// The derivative in public ops, so that it can be differentiated in turn.
void recorded_backward(Backward& d, const Dims& dims, double eps) {
  const Tensor x = d.input(0), w = d.input(1), g = d.grad();
  const Tensor centred = x - mean(x, dims, true);
  const Tensor scale = rsqrt(mean(square(centred), dims, true) + eps);
  const Tensor normalized = centred * scale;
  d.wrt(0, [&] {
    const Tensor gw = w.defined() ? g * w : g;
    return (gw - mean(gw, dims, true) - normalized * mean(gw * normalized, dims, true)) * scale;
  });
  d.wrt(1, [&] { return g * normalized; });
  d.wrt(2, [&] { return g; });
}

/// Adds up g times the normalised x; the reduced index tells the group.
template <class T>
struct WeightFold : kernels::Addition<T> {
  static constexpr bool takes_registers = false;
  const T *mean, *scale;
  T* out;

  WeightFold(const T* mean, const T* scale, T* out) : mean(mean), scale(scale), out(out) {}
  T map(std::int64_t, std::int64_t group, T g, T x) const { return g * ((x - mean[group]) * scale[group]); }
  void finish(std::int64_t kept, double sum) const { out[kept] = static_cast<T>(sum); }
};

/// The derivative where groups are the rows of g and x [rows, n], and the weight, if any, has n elements.
template <class T>
class RowsBackward {
 public:
  RowsBackward(const Tensor& g, const Tensor& x, const Tensor& weight, const Tensor& mean,
               const Tensor& variance, double eps)
      : g_(g), x_(x), weight_(weight), mean_(mean), scale_(scale_of<T>(variance, eps)) {}

  /// As `FastBackward::input`, in one pass over each row.
  Tensor input() const {
    const Tensor dx = elementwise::result(x_.shape(), x_.dtype(), x_),
                 w = weight_.defined() ? weight_.contiguous() : ones({x_.size(1)}, {.dtype = x_.dtype()});
    const auto row = [means = mean_.data<T>(), scales = scale_.template data<T>(), w = w.data<T>()](
                         std::int64_t n, T* out, const T* x, const T* g, const auto& places) {
      const T *mean = means + places[0], *scale = scales + places[0];
      const auto sums =
          kernels::fold_run(kernels::GradientFold<T>{mean, scale, nullptr, nullptr}, n, g, x, w);
      const T centre = *mean, unit = *scale, count = static_cast<T>(n);
      const T shift = static_cast<T>(sums.plain) / count;
      const T slope = unit * static_cast<T>(sums.weighted * static_cast<double>(unit)) / count;
      for (std::int64_t i = 0; i < n; ++i) out[i] = (g[i] * w[i] - shift - (x[i] - centre) * slope) * unit;
    };
    kernels::map_rows(
        kernels::plan_rows(x_.shape(), 1, dx.strides(), x_.strides(), g_.strides(), Strides{1, 0}), cost, row,
        dx.mutable_data<T>(), x_.data<T>(), g_.data<T>());
    return dx;
  }
  Tensor weight() const {
    Tensor dw = empty({x_.size(1)}, x_.dtype());
    kernels::reduce(WeightFold<T>(mean_.data<T>(), scale_.template data<T>(), dw.mutable_data<T>()),
                    reduction::plan(x_.shape(), {0}, g_.strides(), x_.strides()), cost, g_.data<T>(),
                    x_.data<T>());
    return dw;
  }

 private:
  const Tensor g_, x_, weight_, mean_, scale_;
};

/// Whether the groups of x are rows of its last dimensions, with a weight for each of their elements, if any.
bool has_rows(const Tensor& x, const Tensor& weight, const Dims& dims) {
  if (x.numel() == 0 || (weight.defined() && weight.rank() != dims.size())) return false;
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (dims[i] != static_cast<std::int64_t>(x.rank() - dims.size() + i)) return false;
  return !weight.defined() || weight.numel() == reduction::reduced_count(x.shape(), dims);
}

/// The derivative in loops over elements and folds over groups.
template <class T>
class FastBackward {
 public:
  FastBackward(const Tensor& g, const Tensor& x, const Tensor& weight, const Tensor& mean,
               const Tensor& variance, const Dims& dims, double eps)
      : g_(g), x_(x), weight_(weight), mean_(mean), scale_(scale_of<T>(variance, eps)), dims_(dims) {
    if (!weight.defined()) return;
    const std::size_t missing = x.rank() - weight.rank();
    for (const std::int64_t dim : dims) {
      const auto d = static_cast<std::size_t>(dim);
      varies_ = varies_ || (d >= missing && weight.shape()[d - missing] != 1);
    }
  }

  /// dx = (g w - mean(g w) - x^ mean(g w x^)) / sqrt(variance + eps), means over each group. A weight that is
  /// the same all over a group is a factor of the whole.
  Tensor input() {
    const auto& [plain, weighted] = sums();
    const double n = static_cast<double>(reduction::reduced_count(x_.shape(), dims_));
    const Tensor factor = weight_.defined() && !varies_ ? scale_ * weight_ : scale_;
    const Tensor shift = plain / n, slope = scale_ * weighted / n;
    if (varies_)
      return apply<T, 4>(
          x_.shape(),
          [](T x, T up, T w, T centre, T below, T by, T scale) {
            return (up * w - below - (x - centre) * by) * scale;
          },
          x_, g_, weight_, mean_, shift, slope, factor);
    return apply<T, 4>(
        x_.shape(),
        [](T x, T up, T centre, T below, T by, T scale) { return (up - below - (x - centre) * by) * scale; },
        x_, g_, mean_, shift, slope, factor);
  }
  Tensor weight() {
    if (!varies_) return sums()[1];
    return elementwise::apply_to<T, T, T, T>(
        x_.shape(), cost, [](T up, T x, T centre, T scale) { return up * ((x - centre) * scale); }, g_, x_,
        mean_, scale_);
  }
  /// The sums of g, if the bias has one element for a group at most; otherwise g, for the tape to sum.
  Tensor bias(const Shape& shape) {
    const bool one = !varies_ && broadcastable_to(shape, reduction::reduced_shape(x_.shape(), dims_, true));
    return one ? sums()[0] : g_;
  }

 private:
  /// For each group, the sums of g and g x^; of g w where the weight varies within the group.
  const std::array<Tensor, 2>& sums() {
    if (sums_) return *sums_;
    const Shape shape = reduction::reduced_shape(x_.shape(), dims_, true);
    sums_ = {empty(shape, x_.dtype()), empty(shape, x_.dtype())};
    const kernels::GradientFold<T> fold{mean_.data<T>(), scale_.template data<T>(),
                                        (*sums_)[0].template mutable_data<T>(),
                                        (*sums_)[1].template mutable_data<T>()};
    if (varies_)
      kernels::reduce(fold,
                      reduction::plan(x_.shape(), dims_, g_.strides(), x_.strides(),
                                      broadcast_strides(weight_.shape(), weight_.strides(), x_.shape())),
                      cost, g_.data<T>(), x_.data<T>(), weight_.data<T>());
    else
      kernels::reduce(fold, reduction::plan(x_.shape(), dims_, g_.strides(), x_.strides()), cost,
                      g_.data<T>(), x_.data<T>());
    return *sums_;
  }

  const Tensor g_, x_, weight_, mean_, scale_;
  const Dims dims_;
  bool varies_ = false;  ///< whether the weight has several elements for a group
  std::optional<std::array<Tensor, 2>> sums_;
};

}  // namespace

Dims trailing_dims(const Tensor& x, const Shape& shape) {
  const std::size_t count = shape.size();
  require<ShapeError>(count >= 1 && count <= x.rank() &&
                          std::equal(shape.begin(), shape.end(), x.shape().end() - std::min(count, x.rank())),
                      "the input is {}; its last dimensions must be the normalized shape {}", x.shape(),
                      shape);
  Dims dims;
  for (std::size_t d = x.rank() - count; d < x.rank(); ++d) dims.push_back(static_cast<std::int64_t>(d));
  return dims;
}

void check_parameter(const Tensor& x, const Tensor& parameter, const Shape& shape, std::string_view role) {
  if (!parameter.defined()) return;
  const std::string name = named(parameter, role);
  require<ShapeError>(parameter.shape() == shape, "{} is {}; needs the normalized shape {}", name,
                      parameter.shape(), shape);
  require_same_dtype(x, parameter, name);
}

std::array<Tensor, 3> forward(const Tensor& x, const Tensor& weight, const Tensor& bias, const Dims& dims,
                              double eps) {
  return dispatch_floating(x.dtype(), [&]<class T>() -> std::array<Tensor, 3> {
    const auto count = static_cast<double>(reduction::reduced_count(x.shape(), dims));
    const auto [mean, variance] = reduction::moments(x, dims, true, count);
    const Tensor y = apply<T, 4, 2>(  // as weight and bias are within a group
        x.shape(), [](T v, T w, T b, T centre, T scale) { return (v - centre) * scale * w + b; }, x,
        value_or(weight, 1, x.dtype()), value_or(bias, 0, x.dtype()), mean, scale_of<T>(variance, eps));
    return {y, mean, variance};
  });
}

void backward(Backward& d, const Dims& dims, double eps) {
  if (is_recording()) return recorded_backward(d, dims, eps);
  dispatch_floating(d.grad().dtype(), [&]<class T>() {
    const Tensor x = d.input(0), w = d.input(1);
    if (has_rows(x, w, dims)) {
      const Shape plane{x.numel() / reduction::reduced_count(x.shape(), dims), -1};
      const RowsBackward<T> rows(reshape(d.grad(), plane), reshape(x, plane),
                                 w.defined() ? Tensor(flatten(w)) : w, d.output(1), d.output(2), eps);
      d.wrt(0, [&] { return reshape(rows.input(), x.shape()); });
      d.wrt(1, [&] { return reshape(rows.weight(), w.shape()); });
      d.wrt(2, [&] { return d.grad(); });
      return;
    }
    FastBackward<T> fast(d.grad(), d.input(0), d.input(1), d.output(1), d.output(2), dims, eps);
    d.wrt(0, [&] { return fast.input(); });
    d.wrt(1, [&] { return fast.weight(); });
    d.wrt(2, [&] { return fast.bias(d.input_shape(2)); });
  });
}

}  // namespace gradus::normalization
