#include <gradus/nn/observe.hpp>

#include <vector>

namespace gradus::nn {

thread_local constinit Observer* Observer::current_ = nullptr;

Observer::~Observer() {
  Observer** place = &current_;
  while (*place != this) place = &(*place)->outer_;
  *place = outer_;
}

void Observer::tell(Call& call) {
  // An observer may end itself or others meanwhile.
  std::vector<std::shared_ptr<const std::function<void(Call&)>>> all;
  for (const Observer* observer = current_; observer != nullptr; observer = observer->outer_)
    all.push_back(observer->observe_);
  for (const auto& observe : all) (*observe)(call);
}

thread_local constinit const ToldAs::Originals* ToldAs::current_ = nullptr;

const void* ToldAs::original(const void* layer) {
  if (current_ == nullptr) return layer;
  const auto found = current_->find(layer);
  return found == current_->end() ? layer : found->second;
}

}  // namespace gradus::nn
