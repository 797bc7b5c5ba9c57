#pragma once

#include <gradus/autograd/tensor.hpp>

/// For writers of ops that hand on values and gradients as they are, as pooling does.
namespace gradus {

/// Whether x, which the caller gives up, is the result of a ReLU that nobody else can see. If so, x takes the
/// place of that ReLU's input on the tape, and the op's own derivative must be 0 where x is not above 0: a
/// pass over the gradient less.
bool take_relu(Tensor& x);

}  // namespace gradus
