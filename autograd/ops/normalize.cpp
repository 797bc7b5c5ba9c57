#include <gradus/autograd/ops/normalize.hpp>

#include <gradus/autograd/kernels/normalize.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/reduction.hpp>

namespace gradus::normalize {

namespace {

/// Dimensions of x that are not in `dims`.
Dims others(const Tensor& x, const Dims& dims) {
  Dims rest;
  for (std::size_t d = 0; d < x.rank(); ++d)
    if (!dims.contains(static_cast<std::int64_t>(d))) rest.push_back(static_cast<std::int64_t>(d));
  return rest;
}

/// The sizes, or strides, of these dimensions.
Dims pick(const Dims& all, const Dims& dims) {
  Dims picked;
  for (const std::int64_t d : dims) picked.push_back(all[static_cast<std::size_t>(d)]);
  return picked;
}

/// Groups of arrays of one shape that span `dims`.
template <class... S>
kernels::Groups<sizeof...(S)> groups(const Tensor& x, const Dims& dims, const S&... strides) {
  const Dims rest = others(x, dims);
  const Shape each = pick(x.shape(), rest);
  return {kernels::plan_walk(each, contiguous_strides(each), pick(strides, rest)...),
          kernels::plan_walk(pick(x.shape(), dims), pick(strides, dims)...)};
}

/// An optional tensor as an array of the shape of x: the tensor broadcast, or `otherwise` everywhere.
template <class T>
struct Optional {
  const T* data;
  Strides strides;

  Optional(const Tensor& tensor, const T& otherwise, const Shape& shape)
      : data(tensor.defined() ? tensor.data<T>() : &otherwise),
        strides(tensor.defined() ? broadcast_strides(tensor.shape(), tensor.strides(), shape)
                                 : Dims::filled(shape.size(), 0)) {}
};

/// The scaling of each group, in row-major order, as an array of the shape of x.
template <class T>
struct Scalings {
  std::vector<kernels::Scaling<T>> each;
  Strides strides;

  Scalings(const Tensor& mean, const Tensor& variance, const Shape& shape, double eps)
      : strides(broadcast_strides(mean.shape(), contiguous_strides(mean.shape()), shape)) {
    const auto m = mean.span<T>();
    const auto v = variance.span<T>();
    each.reserve(m.size());
    for (std::size_t i = 0; i < m.size(); ++i) each.emplace_back(m[i], v[i], eps);
  }
};

/// For each group that spans `dims`: the sums of g w and g w x^ as row-major tensors, keeping `dims` with
/// size 1.
template <class T>
std::array<Tensor, 2> gradient_sums(const Tensor& x, const Tensor& g, const Tensor& weight,
                                    const Scalings<T>& scalings, const Dims& dims) {
  const Shape shape = reduction::reduced_shape(x.shape(), dims, true);
  const std::array<Tensor, 2> sums{empty(shape, x.dtype()), empty(shape, x.dtype())};
  T* plain = sums[0].mutable_data<T>();
  T* weighted = sums[1].mutable_data<T>();
  const T one(1);
  const Optional<T> w(weight, one, x.shape());
  kernels::fold_groups(
      groups(x, dims, x.strides(), g.strides(), w.strides, scalings.strides),
      [&] {
        return kernels::GradientSums<T>{x.data<T>(), g.data<T>(), w.data, scalings.each.data()};
      },
      [&](std::int64_t group, const auto& sum) {
        plain[group] = static_cast<T>(sum.plain);
        weighted[group] = static_cast<T>(sum.weighted);
      });
  return sums;
}

/// dx = (g w - mean(g w) - x^ mean(g w x^)) / sqrt(variance + eps), means over each group.
template <class T>
Tensor input_gradient(const Tensor& g, const Tensor& x, const Tensor& weight, const Scalings<T>& scalings,
                      const Dims& dims) {
  const Tensor dx = elementwise::result(x.shape(), x.dtype(), x);
  const T one(1);
  const Optional<T> w(weight, one, x.shape());
  const std::array<Tensor, 2> sums = gradient_sums(x, g, weight, scalings, dims);
  const T* plain = sums[0].data<T>();
  const T* weighted = sums[1].data<T>();
  const T n = static_cast<T>(numel(pick(x.shape(), dims)));
  T* out = dx.mutable_data<T>();
  const T *in = x.data<T>(), *from = g.data<T>();
  const auto walk =
      kernels::plan_walk(x.shape(), dx.strides(), x.strides(), g.strides(), w.strides, scalings.strides);
  kernels::for_elements(walk, [&](const auto& at) {
    const kernels::Scaling<T>& scaling = scalings.each[static_cast<std::size_t>(at[4])];
    out[at[0]] = (from[at[2]] * w.data[at[3]] - plain[at[4]] / n - scaling(in[at[1]]) * weighted[at[4]] / n) *
                 scaling.scale;
  });
  return dx;
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

template <class T>
void fast_backward(Backward& d, const Dims& dims, double eps) {
  const Tensor x = d.input(0);
  const Scalings<T> scalings(d.output(1), d.output(2), x.shape(), eps);
  d.wrt(0, [&] { return input_gradient(d.grad(), x, d.input(1), scalings, dims); });
  // The elements of the weight are shared by what it is broadcast along.
  d.wrt(1, [&] {
    const Tensor w = d.input(1);
    const std::size_t extra = x.rank() - w.rank();
    Dims shared;
    for (std::size_t i = 0; i < x.rank(); ++i)
      if (i < extra || w.shape()[i - extra] == 1) shared.push_back(static_cast<std::int64_t>(i));
    return gradient_sums(x, d.grad(), {}, scalings, shared)[1];
  });
  d.wrt(2, [&] { return d.grad(); });
}

}  // namespace

std::array<Tensor, 3> forward(const Tensor& x, const Tensor& weight, const Tensor& bias, const Dims& dims,
                              double eps) {
  const Shape shape = reduction::reduced_shape(x.shape(), dims, true);
  const Tensor mean = empty(shape, x.dtype()), variance = empty(shape, x.dtype());
  const Tensor y = elementwise::result(x.shape(), x.dtype(), x);
  dispatch_floating(x.dtype(), [&]<class T>() {
    const T* in = x.data<T>();
    kernels::fold_groups(
        groups(x, dims, x.strides()), [&] { return kernels::Moments<T>{in}; },
        [&](std::int64_t group, const kernels::Moments<T>& moments) {
          mean.mutable_data<T>()[group] = static_cast<T>(moments.mean);
          variance.mutable_data<T>()[group] = static_cast<T>(moments.squares / moments.count);
        });
    const Scalings<T> scalings(mean, variance, x.shape(), eps);
    const T one(1), zero(0);
    const Optional<T> w(weight, one, x.shape()), b(bias, zero, x.shape());
    T* out = y.mutable_data<T>();
    kernels::for_elements(
        kernels::plan_walk(x.shape(), y.strides(), x.strides(), w.strides, b.strides, scalings.strides),
        [&](const auto& at) {
          const kernels::Scaling<T>& scaling = scalings.each[static_cast<std::size_t>(at[4])];
          out[at[0]] = scaling(in[at[1]]) * w.data[at[2]] + b.data[at[3]];
        });
  });
  return {y, mean, variance};
}

void backward(Backward& d, const Dims& dims, double eps) {
  if (is_recording()) return recorded_backward(d, dims, eps);
  dispatch_floating(d.grad().dtype(), [&]<class T>() { fast_backward<T>(d, dims, eps); });
}

}  // namespace gradus::normalize
