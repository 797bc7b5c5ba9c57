#include <gradus/nn/batch_norm.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/batch_norm.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

namespace detail {

BatchNorm::BatchNorm(std::int64_t num_features, const BatchNormOptions& options)
    : num_features(num_features), eps(options.eps), momentum(options.momentum) {
  const double weight_of_batch = momentum.value_or(0);
  require(num_features >= 0 && eps >= 0 && weight_of_batch >= 0 && weight_of_batch <= 1,
          "BatchNorm: num_features = {}, eps = {}, momentum = {}; needs 0 or more, 0 or more, 0 to 1",
          num_features, eps, weight_of_batch);
  if (options.affine) {
    weight = ones({num_features}, {.dtype = options.dtype});
    bias = zeros({num_features}, {.dtype = options.dtype});
  }
  if (options.track_running_stats) {
    running_mean = zeros({num_features}, {.dtype = options.dtype});
    running_var = ones({num_features}, {.dtype = options.dtype});
    num_batches_tracked = zeros({}, {.dtype = int64});
  }
}

Tensor BatchNorm::normalise(const Tensor& x, const SourceLocation& at) const {
  const bool by_batch = training || !running_mean.defined();
  const bool tracks = training && running_mean.defined();
  const std::int64_t batches = tracks ? num_batches_tracked.item<std::int64_t>() + 1 : 1;
  const Tensor none;
  Tensor y = batch_norm(
      x, tracks || !by_batch ? running_mean : none, tracks || !by_batch ? running_var : none, weight, bias,
      {.training = by_batch, .momentum = momentum.value_or(1 / static_cast<double>(batches)), .eps = eps},
      at);
  if (tracks) Tensor(num_batches_tracked).fill_(static_cast<double>(batches));
  return y;
}

std::string BatchNorm::describe() const {
  return fmt::format("{}, eps={}, momentum={}, affine={}, track_running_stats={}", num_features, eps,
                     momentum ? fmt::format("{}", *momentum) : "none", weight.defined(),
                     running_mean.defined());
}

}  // namespace detail

Tensor BatchNorm1d::operator()(const Tensor& x, SourceLocation at) const {
  const OpScope scope("BatchNorm1d", at);
  require<ShapeError>(x.rank() == 2 || x.rank() == 3, "input is {}; needs [n, {}] or [n, {}, l]", x.shape(),
                      num_features, num_features);
  return observed(*this, x, normalise(x, at));
}

Tensor BatchNorm2d::operator()(const Tensor& x, SourceLocation at) const {
  const OpScope scope("BatchNorm2d", at);
  require<ShapeError>(x.rank() == 4, "input is {}; needs [n, {}, h, w]", x.shape(), num_features);
  return observed(*this, x, normalise(x, at));
}

Tensor BatchNorm3d::operator()(const Tensor& x, SourceLocation at) const {
  const OpScope scope("BatchNorm3d", at);
  require<ShapeError>(x.rank() == 5, "input is {}; needs [n, {}, d, h, w]", x.shape(), num_features);
  return observed(*this, x, normalise(x, at));
}

}  // namespace gradus::nn
