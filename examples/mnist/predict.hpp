#pragma once

#include <string>

#include <gradus/autograd/tensor.hpp>

/// The picture that `--predict` names, float32 [28, 28] with 0 for paper and 1 for ink: a PNG file (any size;
/// dark ink on light paper is turned round), IDXFILE:N, or train:N / test:N of the data in `folder`. Throws
/// gradus::IoError or gradus::IndexError.
gradus::Tensor load_picture(const std::string& what, const std::string& folder);
