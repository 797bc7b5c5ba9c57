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

Tensor Softmin::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, softmin(x, dim, at));
}

Tensor Softmax2d::operator()(const Tensor& x, SourceLocation at) const {
  const OpScope scope("Softmax2d", at);
  require<ShapeError>(x.rank() == 3 || x.rank() == 4, "input is {}; needs [n, c, h, w] or [c, h, w]",
                      x.shape());
  return observed(*this, x, softmax(x, -3, at));
}

}  // namespace gradus::nn
