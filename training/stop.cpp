#include <gradus/training/stop.hpp>

#include <atomic>
#include <csignal>

namespace gradus::training {

namespace {

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "it is set in a signal handler");

void note(int signal) {
  received = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

StopSignals::StopSignals()
    : interrupt_before_(std::signal(SIGINT, note)), terminate_before_(std::signal(SIGTERM, note)) {
  received = 0;
}

StopSignals::~StopSignals() {
  std::signal(SIGINT, interrupt_before_);
  std::signal(SIGTERM, terminate_before_);
}

int StopSignals::signal() const { return received; }

}  // namespace gradus::training
