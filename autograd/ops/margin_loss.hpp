#pragma once

#include <gradus/autograd/ops/loss.hpp>

namespace gradus {

/// Losses that ask for a margin between what belongs together and what does not. Inputs are floating and of
/// one dtype (DTypeError); targets of -1 and 1 have that dtype too, and any other value throws ValueError.
/// Shapes that do not fit throw ShapeError. [..]_+ is max(.., 0).

struct HingeEmbeddingLossOptions {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};
/// The input, a distance, where the target is 1; [margin - input]_+ where it is -1. One shape for both. At
/// the hinge the slope is -1.
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            const HingeEmbeddingLossOptions& options = {},
                            SourceLocation at = SourceLocation::current());

struct SoftMarginLossOptions {
  Reduction reduction = Reduction::mean;
};
/// log(1 + e^(-target * input)), without overflow. One shape for both.
Tensor soft_margin_loss(const Tensor& input, const Tensor& target, const SoftMarginLossOptions& options = {},
                        SourceLocation at = SourceLocation::current());

struct MarginRankingLossOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// [margin - target (input1 - input2)]_+: the first is to rank higher where the target is 1, lower where it
/// is -1. The three broadcast. At the hinge the slope is that of the open side.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           const MarginRankingLossOptions& options = {},
                           SourceLocation at = SourceLocation::current());

struct CosineEmbeddingLossOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// For pairs of vectors [n, d] and targets [n] (or [d] and []): 1 - cos where the target is 1,
/// [cos - margin]_+ where it is -1. 1e-12 is added to squared lengths. At the hinge the slope is that of cos.
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             const CosineEmbeddingLossOptions& options = {},
                             SourceLocation at = SourceLocation::current());

struct TripletMarginLossOptions {
  double margin = 1;
  double p = 2;
  /// Added to every difference of elements.
  double eps = 1e-6;
  /// Takes the distance from positive to negative where that is the smaller (Balntas et al. 2016).
  bool swap = false;
  Reduction reduction = Reduction::mean;
};
/// [margin + d(anchor, positive) - d(anchor, negative)]_+ with the `pairwise_distance` d over the last
/// dimension (Schroff, Kalenichenko and Philbin 2015). All three have one shape, [n, d] or [d]. At the hinge
/// the slope is that of the open side.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossOptions& options = {},
                           SourceLocation at = SourceLocation::current());

struct MultiMarginLossOptions {
  /// 1 or 2.
  std::int64_t p = 1;
  double margin = 1;
  /// One factor per class, that of the target counts; ones when undefined.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};
/// For scores x [n, classes] and int64 class numbers y [n] (or [classes] and []): the sum of
/// weight[y] [margin - x[y] + x[i]]_+^p over all classes i but y, divided by their number (Crammer and Singer
/// 2001). At the hinge the slope is 0. Throws IndexError for a target that is no class, ValueError for
/// another p.
Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossOptions& options = {},
                         SourceLocation at = SourceLocation::current());

struct MultiLabelMarginLossOptions {
  Reduction reduction = Reduction::mean;
};
/// For scores x [n, classes] (or [classes]) and int64 targets of that shape, each row the classes that hold,
/// up to the first -1: the sum of [1 - (x[j] - x[i])]_+ over all j that hold and all i that do not, divided
/// by the number of classes. At the hinge the slope is 0. Throws IndexError for a target that is no class.
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const MultiLabelMarginLossOptions& options = {},
                              SourceLocation at = SourceLocation::current());

struct MultiLabelSoftMarginLossOptions {
  /// One factor per class; ones when undefined.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};
/// The mean over the classes, the last dimension, of the binary cross-entropy of sigmoid(input) against
/// targets in [0, 1]: several classes may hold at once. One shape for both.
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultiLabelSoftMarginLossOptions& options = {},
                                   SourceLocation at = SourceLocation::current());

}  // namespace gradus
