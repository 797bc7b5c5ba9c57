#pragma once

#include <gradus/autograd/ops/loss.hpp>
#include <gradus/nn/parameter.hpp>

/// The losses as layers: their settings are members, named as PyTorch's, and the call is the function of the
/// same name, with its shapes and errors: `nn::CrossEntropyLoss loss{.label_smoothing = 0.1}; loss(net(x),
/// labels)`. Weights are buffers.
namespace gradus::nn {

/// `nll_loss` of log-probabilities [n, classes, ..] and class numbers [n, ..].
struct NLLLoss {
  Buffer weight = {};
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `cross_entropy` of logits [n, classes, ..] and class numbers or probabilities.
struct CrossEntropyLoss {
  Buffer weight = {};
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
  double label_smoothing = 0;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `bce_loss` of probabilities.
struct BCELoss {
  Buffer weight = {};
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `bce_with_logits`.
struct BCEWithLogitsLoss {
  Buffer weight = {};
  Reduction reduction = Reduction::mean;
  Buffer pos_weight = {};
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `mse_loss`.
struct MSELoss {
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `l1_loss`.
struct L1Loss {
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `smooth_l1_loss`.
struct SmoothL1Loss {
  Reduction reduction = Reduction::mean;
  double beta = 1;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `huber_loss`.
struct HuberLoss {
  Reduction reduction = Reduction::mean;
  double delta = 1;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `kl_div` of log-probabilities and probabilities.
struct KLDivLoss {
  Reduction reduction = Reduction::mean;
  bool log_target = false;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
