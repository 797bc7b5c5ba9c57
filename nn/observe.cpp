#include <gradus/nn/observe.hpp>

namespace gradus::nn {

thread_local constinit Observer* Observer::current_ = nullptr;

void Observer::tell(Call& call) {
  for (const Observer* observer = current_; observer != nullptr; observer = observer->outer_)
    observer->observe_(call);
}

}  // namespace gradus::nn
