#include <gradus/nn/dropout.hpp>

#include <gradus/autograd/ops/dropout.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Dropout::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, dropout(x, p, training, nullptr, at));
}

}  // namespace gradus::nn
