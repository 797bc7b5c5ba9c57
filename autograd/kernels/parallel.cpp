#include <gradus/autograd/kernels/parallel.hpp>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <algorithm>
#ifdef GRADUS_SANITIZE_THREAD
#include <array>
#include <future>
#endif

#include <gradus/autograd/error.hpp>

namespace gradus {

namespace kernels {

namespace {

/// run(0) ... run(chunks - 1), perhaps in parallel.
#ifdef GRADUS_SANITIZE_THREAD
// TBB's library is not instrumented, so that ThreadSanitizer would see none of its hand-overs and report
// every loop. Under it four plain threads take turns.
template <class F>
void run_chunks(std::int64_t chunks, const F& run) {
  constexpr std::int64_t threads = 4;
  std::array<std::future<void>, threads> workers;
  for (std::int64_t first = 0; first < threads; ++first) {
    workers[static_cast<std::size_t>(first)] = std::async(std::launch::async, [=, &run] {
      for (std::int64_t i = first; i < chunks; i += threads) run(i);
    });
  }
  for (auto& worker : workers) worker.get();
}
#else
template <class F>
void run_chunks(std::int64_t chunks, const F& run) {
  // Isolated: a thread that waits for its chunks must not take up a task of somebody else's in the middle of
  // an op.
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(tbb::blocked_range<std::int64_t>(0, chunks, 1), [&](const auto& range) {
      for (std::int64_t i = range.begin(); i != range.end(); ++i) run(i);
    });
  });
}
#endif

}  // namespace

void parallel_for(std::int64_t n, std::int64_t chunk, FunctionRef<void(std::int64_t, std::int64_t)> f) {
  if (n <= 0) return;
  const std::int64_t chunks = chunk_count(n, chunk);
  const auto run = [&](std::int64_t i) { f(i * chunk, std::min(n, (i + 1) * chunk)); };
  // A second chunk that is not full is no work to share.
  if (n < 2 * chunk || tbb::this_task_arena::max_concurrency() == 1) {
    for (std::int64_t i = 0; i < chunks; ++i) run(i);
    return;
  }
  run_chunks(chunks, run);
}

#ifdef GRADUS_SANITIZE_THREAD
struct Task::Impl {
  std::future<void> result;
};

void Task::start(std::function<void()> work) {
  impl_->result = std::async(std::launch::async, std::move(work));
}

void Task::wait() {
  if (impl_->result.valid()) impl_->result.get();
}
#else
struct Task::Impl {
  tbb::task_group group;
};

void Task::start(std::function<void()> work) { impl_->group.run(std::move(work)); }

void Task::wait() { impl_->group.wait(); }
#endif

Task::Task() : impl_(std::make_unique<Impl>()) {}

Task::~Task() {
  try {
    wait();
  } catch (...) {  // nobody is left to hear of it
  }
}

}  // namespace kernels

struct ThreadLimit::Impl {
  tbb::global_control control;
};

ThreadLimit::ThreadLimit(int threads) {
  require(threads >= 1, "a thread limit of {} was given; it must be at least 1", threads);
  impl_ = std::unique_ptr<Impl>(
      new Impl{{tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)}});
}

ThreadLimit::~ThreadLimit() = default;

int thread_count() {
  const auto allowed = tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
  return std::min(tbb::this_task_arena::max_concurrency(), static_cast<int>(allowed));
}

}  // namespace gradus
