#include <gradus/nn/loss.hpp>

#include <gradus/autograd/ops/bce_loss.hpp>
#include <gradus/autograd/ops/cross_entropy.hpp>
#include <gradus/autograd/ops/ctc_loss.hpp>
#include <gradus/autograd/ops/kl_div.hpp>
#include <gradus/autograd/ops/likelihood_loss.hpp>
#include <gradus/autograd/ops/margin_loss.hpp>
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
Tensor PoissonNLLLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return poisson_nll_loss(input, target,
                          {.log_input = log_input, .full = full, .eps = eps, .reduction = reduction}, at);
}
Tensor GaussianNLLLoss::operator()(const Tensor& input, const Tensor& target, const Tensor& var,
                                   SourceLocation at) const {
  return gaussian_nll_loss(input, target, var, {.full = full, .eps = eps, .reduction = reduction}, at);
}
Tensor HingeEmbeddingLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return hinge_embedding_loss(input, target, {.margin = margin, .reduction = reduction}, at);
}
Tensor SoftMarginLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return soft_margin_loss(input, target, {.reduction = reduction}, at);
}
Tensor MarginRankingLoss::operator()(const Tensor& input1, const Tensor& input2, const Tensor& target,
                                     SourceLocation at) const {
  return margin_ranking_loss(input1, input2, target, {.margin = margin, .reduction = reduction}, at);
}
Tensor CosineEmbeddingLoss::operator()(const Tensor& input1, const Tensor& input2, const Tensor& target,
                                       SourceLocation at) const {
  return cosine_embedding_loss(input1, input2, target, {.margin = margin, .reduction = reduction}, at);
}
Tensor TripletMarginLoss::operator()(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                     SourceLocation at) const {
  return triplet_margin_loss(anchor, positive, negative,
                             {.margin = margin, .p = p, .eps = eps, .swap = swap, .reduction = reduction},
                             at);
}
Tensor MultiMarginLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return multi_margin_loss(input, target,
                           {.p = p, .margin = margin, .weight = weight, .reduction = reduction}, at);
}
Tensor MultiLabelMarginLoss::operator()(const Tensor& input, const Tensor& target, SourceLocation at) const {
  return multilabel_margin_loss(input, target, {.reduction = reduction}, at);
}
Tensor MultiLabelSoftMarginLoss::operator()(const Tensor& input, const Tensor& target,
                                            SourceLocation at) const {
  return multilabel_soft_margin_loss(input, target, {.weight = weight, .reduction = reduction}, at);
}
Tensor CTCLoss::operator()(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                           const Tensor& target_lengths, SourceLocation at) const {
  return ctc_loss(log_probs, targets, input_lengths, target_lengths,
                  {.blank = blank, .zero_infinity = zero_infinity, .reduction = reduction}, at);
}

}  // namespace gradus::nn
