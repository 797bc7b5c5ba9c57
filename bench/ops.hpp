#pragma once

#include <array>
#include <cstdint>
#include <library.hpp>
#include <span>
#include <string>
#include <vector>

/// The table of ops: a line each in `ops_*.cpp`. Every op is measured at three sizes, forward and backward,
/// on inputs that lie in row-major order and on strided ones.
namespace ops {

using lib::Tensor;
using lib::Tensors;
using Sizes = std::vector<std::int64_t>;

enum class Layout { contiguous, strided };

/// What an op is given.
struct Inputs {
  Tensors tensors;
  std::size_t differentiable;  ///< so many of them, the first ones, require a gradient
};

/// The inputs that several ops share: three shapes, small, medium and large, and what is made of one.
struct Family {
  std::array<Sizes, 3> shapes;
  Inputs (*make)(const Sizes& shape, Layout layout);
};

struct Op {
  const char* name;
  const Family& inputs;
  Tensor (*run)(const Tensors& x);
  /// Operations of the forward pass; the backward pass does as many for each differentiable input. Null: not
  /// counted.
  double (*flops)(const Tensors& x, const Tensor& y) = nullptr;
};

/// Uniform in [low, high). Strided means: a transpose, channels-last for images, every second element of a
/// vector.
Tensor numbers(const Sizes& shape, Layout layout, double low = -1, double high = 1);

/// Adds the rows op/NAME/SHAPE/forward|backward/contiguous|strided of each.
void add(std::span<const Op> table);

/// ---- Families of several files
inline const std::array<Sizes, 3> plane_shapes = {{{16, 16}, {128, 128}, {1024, 1024}}};
extern const Family plane;       ///< x [r, c]
extern const Family positive;    ///< the same, above 0
extern const Family planes;      ///< x and y [r, c], both above 0
extern const Family plane_only;  ///< as `planes`, but nothing is differentiable

/// ---- The tables
void add_pointwise();
void add_reductions();
void add_shapes();
void add_indexing();
void add_networks();
void add_losses();
void add_creation();

}  // namespace ops
