#include <gradus/nn/loss.hpp>

#include <gradus/autograd/ops/bce_loss.hpp>
#include <gradus/autograd/ops/cross_entropy.hpp>
#include <gradus/autograd/ops/kl_div.hpp>
#include <gradus/autograd/ops/nll_loss.hpp>
#include <gradus/autograd/ops/regression_loss.hpp>

namespace gradus::nn {

Tensor NLLLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return nll_loss(input, target, {.weight = weight, .ignore_index = ignore_index, .reduction = reduction},
                  at);
}
Tensor CrossEntropyLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return cross_entropy(input, target,
                       {.weight = weight,
                        .ignore_index = ignore_index,
                        .reduction = reduction,
                        .label_smoothing = label_smoothing},
                       at);
}
Tensor BCELoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return bce_loss(input, target, {.weight = weight, .reduction = reduction}, at);
}
Tensor BCEWithLogitsLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return bce_with_logits(input, target, {.weight = weight, .reduction = reduction, .pos_weight = pos_weight},
                         at);
}
Tensor MSELoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return mse_loss(input, target, {.reduction = reduction}, at);
}
Tensor L1Loss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return l1_loss(input, target, {.reduction = reduction}, at);
}
Tensor SmoothL1Loss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return smooth_l1_loss(input, target, {.reduction = reduction, .beta = beta}, at);
}
Tensor HuberLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return huber_loss(input, target, {.reduction = reduction, .delta = delta}, at);
}
Tensor KLDivLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return kl_div(input, target, {.reduction = reduction, .log_target = log_target}, at);
}

}  // namespace gradus::nn
