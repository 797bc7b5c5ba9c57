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

/// `poisson_nll_loss` of rates, or their logarithms, and counts.
struct PoissonNLLLoss {
  bool log_input = true;
  bool full = false;
  double eps = 1e-8;
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `gaussian_nll_loss` of means, targets and variances.
struct GaussianNLLLoss {
  bool full = false;
  double eps = 1e-6;
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target, const Tensor& var,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `hinge_embedding_loss` of distances and targets of -1 and 1.
struct HingeEmbeddingLoss {
  double margin = 1;
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `soft_margin_loss` of scores and targets of -1 and 1.
struct SoftMarginLoss {
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `margin_ranking_loss` of two scores and targets of -1 and 1.
struct MarginRankingLoss {
  double margin = 0;
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input1, const Tensor& input2, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `cosine_embedding_loss` of pairs of vectors and targets of -1 and 1.
struct CosineEmbeddingLoss {
  double margin = 0;
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input1, const Tensor& input2, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `triplet_margin_loss` of vectors, ones that belong to them and ones that do not.
struct TripletMarginLoss {
  double margin = 1;
  double p = 2;
  double eps = 1e-6;
  bool swap = false;
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `multi_margin_loss` of scores [n, classes] and class numbers [n].
struct MultiMarginLoss {
  std::int64_t p = 1;
  double margin = 1;
  Buffer weight = {};
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `multilabel_margin_loss` of scores [n, classes] and rows of the classes that hold, ended by -1.
struct MultiLabelMarginLoss {
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `multilabel_soft_margin_loss` of scores [.., classes] and targets in [0, 1].
struct MultiLabelSoftMarginLoss {
  Buffer weight = {};
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& input, const Tensor& target,
                    SourceLocation at = SourceLocation::current()) const;
};

/// `ctc_loss` of log-probabilities [t, n, classes], labels, and the lengths of both.
struct CTCLoss {
  std::int64_t blank = 0;
  bool zero_infinity = false;
  Reduction reduction = Reduction::mean;
  Tensor operator()(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                    const Tensor& target_lengths, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
