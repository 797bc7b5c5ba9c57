#include <gradus/nn/feature_dropout.hpp>

#include <gradus/autograd/ops/feature_dropout.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

namespace {

Tensor drop_channels(std::string_view name, const Tensor& x, std::size_t rank, double p, bool training,
                     const SourceLocation& at) {
  const OpScope scope(name, at);
  require<ShapeError>(x.rank() == rank, "input is {}; needs {} dimensions", x.shape(), rank);
  return feature_dropout(x, p, training, nullptr, at);
}

}  // namespace

Tensor Dropout1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, drop_channels("Dropout1d", x, 3, p, training, at));
}
Tensor Dropout2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, drop_channels("Dropout2d", x, 4, p, training, at));
}
Tensor Dropout3d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, drop_channels("Dropout3d", x, 5, p, training, at));
}
Tensor AlphaDropout::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, alpha_dropout(x, p, training, nullptr, at));
}
Tensor FeatureAlphaDropout::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, feature_alpha_dropout(x, p, training, nullptr, at));
}

}  // namespace gradus::nn
