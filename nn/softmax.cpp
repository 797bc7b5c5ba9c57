#include <gradus/nn/softmax.hpp>

#include <gradus/autograd/ops/softmax.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Softmax::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, softmax(x, dim, at));
}

Tensor LogSoftmax::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, log_softmax(x, dim, at));
}

}  // namespace gradus::nn
