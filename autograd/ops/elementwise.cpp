#include <gradus/autograd/ops/elementwise.hpp>

namespace gradus::elementwise {

bool is_disposable(const Tensor& x) {
  if (!x.defined() || x.impl()->references != 1) return false;
  const Storage& storage = *x.impl()->storage;
  if (storage.use_count() != 1 || !storage.owned()) return false;
  return x.is_contiguous() || kernels::detail::is_dense(kernels::plan_walk(x.shape(), x.strides()), 0);
}

}  // namespace gradus::elementwise
