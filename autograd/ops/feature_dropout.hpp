#pragma once

#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Kinds of dropout; p, `training`, `generator` and errors as for `dropout`.

/// Whole channels of x [n, c, ..] become 0 with probability p, and the rest is multiplied by 1 / (1 - p)
/// (Tompson et al. 2015). Throws ShapeError below 2 dimensions.
Tensor feature_dropout(const Tensor& x, double p = 0.5, bool training = true, Generator* generator = nullptr,
                       SourceLocation at = SourceLocation::current());
/// Elements take the value -1.758.., to which `selu` falls, with probability p, and all are then scaled and
/// shifted so that mean 0 and variance 1 stay (Klambauer et al. 2017). With p = 1 all is 0.
Tensor alpha_dropout(const Tensor& x, double p = 0.5, bool training = true, Generator* generator = nullptr,
                     SourceLocation at = SourceLocation::current());
/// The same for whole channels. Throws ShapeError below 2 dimensions.
Tensor feature_alpha_dropout(const Tensor& x, double p = 0.5, bool training = true,
                             Generator* generator = nullptr, SourceLocation at = SourceLocation::current());

}  // namespace gradus
