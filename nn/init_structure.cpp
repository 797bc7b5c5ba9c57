#include <gradus/nn/init_structure.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/special.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/init.hpp>

namespace gradus::nn::init {

Tensor trunc_normal_(Tensor tensor, double mean, double std, double low, double high, Generator* generator,
                     SourceLocation at) {
  const OpScope scope("trunc_normal_", at);
  const NoGrad guard;
  require(std > 0 && low < high, "std = {}, low = {}, high = {}; needs std > 0 and low < high", std, low,
          high);
  const auto below = [&](double x) { return 0.5 * std::erfc((mean - x) / (std * std::sqrt(2.0))); };
  const double from = below(low), to = below(high);
  require(to - from >= 1e-6, "[{}, {}] is too far out for mean {} and std {}", low, high, mean, std);
  const Tensor share = uniform(tensor.shape(), from, to, {.dtype = float64}, generator, at);
  const Tensor x = erfinv(2 * share - 1) * (std * std::sqrt(2.0)) + mean;
  return tensor.copy_(clamp(x, low, high).to(tensor.dtype()), at);
}

Tensor eye_(Tensor tensor, SourceLocation at) {
  const OpScope scope("eye_", at);
  require<ShapeError>(tensor.rank() == 2, "the tensor is {}; needs a matrix", tensor.shape());
  const NoGrad guard;
  return tensor.copy_(eye(tensor.size(0), tensor.size(1), {.dtype = tensor.dtype()}), at);
}

Tensor dirac_(Tensor tensor, std::int64_t groups, SourceLocation at) {
  const OpScope scope("dirac_", at);
  require<ShapeError>(tensor.rank() >= 3 && tensor.rank() <= 5,
                      "the tensor is {}; needs [out, in, ..] of 3 to 5 dimensions", tensor.shape());
  require(groups > 0 && tensor.size(0) % groups == 0, "groups = {} must divide {} filters", groups,
          tensor.size(0));
  const NoGrad guard;
  tensor.zero_(at);
  const std::int64_t filters = tensor.size(0) / groups;
  for (std::int64_t i = 0; i < tensor.size(0); ++i) {
    if (i % filters >= tensor.size(1)) continue;
    Tensor middle = select(select(tensor, 0, i), 0, i % filters);
    while (middle.rank() > 0) middle = select(middle, 0, middle.size(0) / 2);
    middle.fill_(1, at);
  }
  return tensor;
}

Tensor sparse_(Tensor tensor, double sparsity, double std, Generator* generator, SourceLocation at) {
  const OpScope scope("sparse_", at);
  require<ShapeError>(tensor.rank() == 2, "the tensor is {}; needs a matrix", tensor.shape());
  require(sparsity >= 0 && sparsity <= 1, "a sparsity of {} was given; it must lie in [0, 1]", sparsity);
  const NoGrad guard;
  init::normal_(tensor, 0, std, generator, at);
  const std::int64_t rows = tensor.size(0);
  const auto zeros = static_cast<std::int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
  for (std::int64_t column = 0; column < tensor.size(1); ++column) {
    const auto order = randperm(rows, {.dtype = int64}, generator, at).to_vector<std::int64_t>();
    for (std::int64_t i = 0; i < zeros; ++i)
      select(select(tensor, 0, order[static_cast<std::size_t>(i)]), 0, column).zero_(at);
  }
  return tensor;
}

}  // namespace gradus::nn::init
