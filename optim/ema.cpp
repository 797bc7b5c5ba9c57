#include <gradus/optim/ema.hpp>

#include <algorithm>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/optim/optimizer.hpp>

namespace gradus::optim {

EMA::EMA(std::vector<Tensor> parameters, const EMAOptions& options, SourceLocation at)
    : parameters_(std::move(parameters)), options_(options) {
  const OpScope scope("EMA", at);
  require(!parameters_.empty(), "the list of parameters is empty");
  const double decay = options_.decay.value_or(0);
  require(decay >= 0 && decay <= 1, "decay is {}; it must lie in [0, 1]", decay);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    require(parameters_[i].defined(), "parameter {} is undefined", i);
    require<DTypeError>(is_floating(parameters_[i].dtype()), "{} is {}; needs float32 or float64",
                        detail::describe(parameters_[i], i), parameters_[i].dtype());
    averages_.push_back(parameters_[i].detach().clone());
  }
}

void EMA::update(SourceLocation at) {
  const OpScope scope("EMA", at);
  const NoGrad guard;
  const auto t = static_cast<double>(updates_);
  double keep = options_.decay ? *options_.decay : t / (t + 1);
  if (options_.decay && options_.warm_up) keep = std::min(keep, (1 + t) / (10 + t));
  if (updates_ == 0) keep = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    averages_[i].copy_(averages_[i] + (1 - keep) * (parameters_[i] - averages_[i]), at);
  ++updates_;
}

void EMA::swap(SourceLocation at) {
  const OpScope scope("EMA", at);
  const NoGrad guard;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor value = parameters_[i].detach().clone();
    parameters_[i].copy_(averages_[i], at);
    averages_[i].copy_(value, at);
  }
}

void EMA::copy_to(const std::vector<Tensor>& parameters, SourceLocation at) const {
  const OpScope scope("EMA", at);
  require(parameters.size() == averages_.size(), "{} tensors were given; there are {} averages",
          parameters.size(), averages_.size());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    require<ShapeError>(parameters[i].shape() == averages_[i].shape(), "{} is {} but its average is {}",
                        detail::describe(parameters[i], i), parameters[i].shape(), averages_[i].shape());
  const NoGrad guard;
  for (std::size_t i = 0; i < parameters.size(); ++i) Tensor(parameters[i]).copy_(averages_[i], at);
}

State EMA::state_dict() const {
  State out;
  out.numbers["updates"] = static_cast<double>(updates_);
  const std::vector<std::string> keys = detail::parameter_keys(parameters_);
  for (std::size_t i = 0; i < keys.size(); ++i) out.tensors["average." + keys[i]] = averages_[i].clone();
  return out;
}

void EMA::load_state_dict(const State& state, SourceLocation at) {
  const OpScope scope("EMA", at);
  StateReader reader(state);
  const std::int64_t updates = reader.integer("updates");
  std::vector<Tensor> loaded;
  for (const std::string& key : detail::parameter_keys(parameters_)) {
    loaded.push_back(reader.find_tensor("average." + key, averages_[loaded.size()]));
    require(loaded.back().defined(), "the state does not fit; missing: average.{}", key);
  }
  reader.finish();
  averages_ = std::move(loaded);
  updates_ = updates;
}

}  // namespace gradus::optim
