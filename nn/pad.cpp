#include <gradus/nn/pad.hpp>

#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor ConstantPad::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, pad(x, amounts, value, at));
}
Tensor ReflectionPad::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, pad(x, amounts, PadMode::reflect, at));
}
Tensor ReplicationPad::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, pad(x, amounts, PadMode::replicate, at));
}
Tensor CircularPad::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, pad(x, amounts, PadMode::circular, at));
}

}  // namespace gradus::nn
