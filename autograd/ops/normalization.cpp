#include <gradus/autograd/ops/normalization.hpp>

#include <algorithm>
#include <optional>

#include <gradus/autograd/kernels/moments.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/moments.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/reduction.hpp>

namespace gradus::normalization {

namespace {

constexpr std::int64_t cost = 4;

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
    FastBackward<T> fast(d.grad(), d.input(0), d.input(1), d.output(1), d.output(2), dims, eps);
    d.wrt(0, [&] { return fast.input(); });
    d.wrt(1, [&] { return fast.weight(); });
    d.wrt(2, [&] { return fast.bias(d.input_shape(2)); });
  });
}

}  // namespace gradus::normalization
