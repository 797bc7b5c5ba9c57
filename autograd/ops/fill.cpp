#include <gradus/autograd/ops/fill.hpp>

#include <gradus/autograd/kernels/map.hpp>
#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/ops/copy.hpp>

namespace gradus {

void fill_values(const Tensor& x, double value) {
  dispatch(x.dtype(), [&]<class T>() {
    const T element = exactly<T>(value);
    const auto walk = kernels::plan_walk(x.shape(), x.strides());
    if (kernels::detail::is_dense(walk, 0)) {
      kernels::map(
          walk.count, 1, [=] { return element; }, x.mutable_data<T>());
    } else {
      const Tensor single = empty({}, x.dtype());
      *single.mutable_data<T>() = element;
      copy_values(single, x);
    }
  });
}

}  // namespace gradus
