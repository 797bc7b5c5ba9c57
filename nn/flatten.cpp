#include <gradus/nn/flatten.hpp>

#include <gradus/autograd/ops/view.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Flatten::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, flatten(x, start_dim, end_dim, at));
}

Tensor Unflatten::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, unflatten(x, dim, sizes, at));
}

}  // namespace gradus::nn
