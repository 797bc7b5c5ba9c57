#include <gradus/autograd/ops/moments.hpp>

#include <gradus/autograd/kernels/moments.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/reduction.hpp>

namespace gradus::reduction {

namespace {

/// The first element of each group, row-major; 0 for one that is not finite.
Tensor first_elements(const Tensor& x, const Dims& dims) {
  const Tensor first = empty(reduced_shape(x.shape(), dims, true), x.dtype());
  dispatch_floating(x.dtype(), [&]<class T>() {
    const Tensor at = x.alias(first.shape(), x.strides(), x.offset());
    kernels::map(
        kernels::plan_walk(first.shape(), first.strides(), at.strides()), 1,
        [](T v) { return std::isfinite(v) ? v : T(0); }, first.mutable_data<T>(), at.data<T>());
  });
  return first;
}

}  // namespace

Moments moments(const Tensor& x, const Dims& dims, bool keepdim, double divisor, bool root) {
  const Shape shape = reduced_shape(x.shape(), dims, keepdim);
  const auto count = static_cast<double>(reduced_count(x.shape(), dims));
  Moments result{empty(shape, x.dtype()), empty(shape, x.dtype())};
  const auto plan = reduction::plan(x, dims);
  dispatch_floating(x.dtype(), [&]<class T>() {
    const kernels::Moments<T> out{count, divisor, root, result.mean.mutable_data<T>(),
                                  result.variance.mutable_data<T>()};
    if constexpr (std::is_same_v<T, float>) {
      const Tensor shift = count == 0 ? zeros(shape) : first_elements(x, dims);
      kernels::reduce(kernels::MomentsFold<T>{shift.data<T>(), out}, plan, x.data<T>());
    } else {
      const Tensor means = empty(shape, float64);
      kernels::reduce(kernels::MeanFold<T>{means.mutable_data<double>(), count}, plan, x.data<T>());
      kernels::reduce(kernels::DeviationFold<T>{means.data<double>(), out}, plan, x.data<T>());
    }
  });
  return result;
}

}  // namespace gradus::reduction
