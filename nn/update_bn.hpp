#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/autograd/tape.hpp>
#include <gradus/nn/batch_norm.hpp>
#include <gradus/nn/module.hpp>

namespace gradus::nn {

namespace detail {

/// The layers of type BatchNorm1d, 2d and 3d among the parts of a model.
std::vector<BatchNorm*> batch_norms(const std::vector<Part>& parts);

/// While it lives, a model is in training, and its batch norms gather new statistics, as plain averages over
/// the batches. At its end modes and momenta are those of before.
class NewStatistics {
 public:
  NewStatistics(const std::vector<Part>& parts, const SourceLocation& at);
  ~NewStatistics();
  NewStatistics(const NewStatistics&) = delete;
  NewStatistics& operator=(const NewStatistics&) = delete;

 private:
  std::vector<std::pair<BatchNorm*, std::optional<double>>> momenta_;
  std::vector<std::pair<Training*, bool>> modes_;
};

}  // namespace detail

/// Computes the running statistics of all batch norms of a model anew, as after its weights have been
/// replaced by averages (`optim::EMA`), whose activations no training has seen:
///
///     const optim::EMA::Applied averages(ema);
///     nn::update_bn(net, loader);
///
/// They become the plain averages over the batches of mean and variance. The model is called with each batch,
/// or, if it does not take such a one, with the first of its parts (std::get<0>), in training and without a
/// gradient; then every layer has the mode of before. The statistics before do not matter. A model without
/// batch norms is not called. Throws ValueError if there are no batches; then nothing has been changed.
template <class M, class Batches>
void update_bn(M& model, Batches&& batches, SourceLocation at = SourceLocation::current()) {
  const std::vector<Part> parts = walk(model);
  if (detail::batch_norms(parts).empty()) return;
  const NoGrad guard;
  std::optional<detail::NewStatistics> statistics;
  for (const auto& batch : batches) {
    if (!statistics) statistics.emplace(parts, at);
    if constexpr (std::invocable<M&, decltype(batch)>)
      static_cast<void>(model(batch));
    else
      static_cast<void>(model(std::get<0>(batch)));
  }
  const OpScope scope("update_bn", at);
  require(statistics.has_value(), "there are no batches");
}

}  // namespace gradus::nn
