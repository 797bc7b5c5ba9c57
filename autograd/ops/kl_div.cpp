#include <gradus/autograd/ops/kl_div.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

Tensor kl_div(const Tensor& log_q, const Tensor& target, const KLDivOptions& options, SourceLocation at) {
  const OpScope scope("kl_div", at);
  require_same(log_q, target);
  const Tensor losses = options.log_target ? exp(target) * (target - log_q)
                                           : target * (log(where(target > 0, target, 1)) - log_q);
  if (options.reduction != Reduction::batchmean) return reduce_losses(losses, options.reduction);
  require<ShapeError>(log_q.rank() > 0, "batchmean needs a batch; input is {}", log_q.shape());
  return sum(losses) / static_cast<double>(log_q.size(0));
}

}  // namespace gradus
