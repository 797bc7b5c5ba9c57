#include <gradus/autograd/ops/loss.hpp>

#include <gradus/autograd/ops/reduce.hpp>

namespace gradus {

std::string_view name(Reduction reduction) {
  switch (reduction) {
    case Reduction::none:
      return "none";
    case Reduction::mean:
      return "mean";
    case Reduction::sum:
      return "sum";
    case Reduction::batchmean:
      return "batchmean";
  }
  return "?";
}

Tensor reduce_losses(const Tensor& losses, Reduction reduction) {
  require(reduction != Reduction::batchmean,
          "the reduction batchmean is for kl_div only; use none, mean or sum");
  if (reduction == Reduction::none) return losses;
  return reduction == Reduction::mean ? mean(losses) : sum(losses);
}

void require_same(const Tensor& input, const Tensor& target) {
  require<DTypeError>(is_floating(input.dtype()), "input is {}; needs float32 or float64", input.dtype());
  require<ShapeError>(input.shape() == target.shape(),
                      "input is {} but target is {}; they must have one shape", input.shape(),
                      target.shape());
  require<DTypeError>(input.dtype() == target.dtype(), "input is {} but target is {}; use target.to({})",
                      input.dtype(), target.dtype(), input.dtype());
}

}  // namespace gradus
