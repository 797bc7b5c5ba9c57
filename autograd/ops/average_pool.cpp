#include <gradus/autograd/ops/average_pool.hpp>

namespace gradus::average_pool {

Tensor mean(const Plan& plan, const Tensor& x) {
  return dispatch_floating(x.dtype(), [&]<class T>() {
    const Tensor y = planes::empty(x, {plan.rows.count(), plan.columns.count()}, x.dtype());
    kernels::average_pool(planes::count(x), plan.rows, plan.columns, plan.divisor, planes::of<const T>(x),
                          planes::of<T>(y));
    return y;
  });
}

Tensor spread(const Plan& plan, const Tensor& y) {
  return dispatch_floating(y.dtype(), [&]<class T>() {
    const Tensor x = planes::empty(y, {plan.rows.size, plan.columns.size}, y.dtype());
    kernels::spread_pool(planes::count(y), plan.rows, plan.columns, plan.divisor, planes::of<const T>(y),
                         planes::of<T>(x));
    return x;
  });
}

}  // namespace gradus::average_pool
