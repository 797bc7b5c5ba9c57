#include <gradus/nn/update_bn.hpp>

namespace gradus::nn::detail {

std::vector<BatchNorm*> batch_norms(const std::vector<Part>& parts) {
  std::vector<BatchNorm*> found;
  for (const ModuleAt& module : detail::modules(parts)) {
    BatchNorm* norm = module.as<BatchNorm1d>();
    if (norm == nullptr) norm = module.as<BatchNorm2d>();
    if (norm == nullptr) norm = module.as<BatchNorm3d>();
    if (norm != nullptr) found.push_back(norm);
  }
  return found;
}

NewStatistics::NewStatistics(const std::vector<Part>& parts, const SourceLocation& at) {
  // All are noted before any is changed, for a shared layer comes more than once.
  for (BatchNorm* norm : batch_norms(parts)) momenta_.emplace_back(norm, norm->momentum);
  for (const Part& part : parts)
    if (part.kind == Part::Kind::training) {
      Training* mode = static_cast<Training*>(part.object);
      modes_.emplace_back(mode, *mode);
    }
  for (const auto& [norm, momentum] : momenta_) {
    norm->momentum.reset();
    if (!norm->running_mean.defined()) continue;
    norm->running_mean.zero_(at);
    norm->running_var.fill_(1, at);
    norm->num_batches_tracked.zero_(at);
  }
  for (const auto& [mode, on] : modes_) *mode = true;
}

NewStatistics::~NewStatistics() {
  for (const auto& [norm, momentum] : momenta_) norm->momentum = momentum;
  for (const auto& [mode, on] : modes_) *mode = on;
}

}  // namespace gradus::nn::detail
