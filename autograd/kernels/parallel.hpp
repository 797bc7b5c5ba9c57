#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>

namespace gradus {

namespace kernels {

/// A reference to a callable, for calls that do not keep it.
template <class Signature>
class FunctionRef;
template <class R, class... A>
class FunctionRef<R(A...)> {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef>)
      FunctionRef(F&& f)  // NOLINT: implicit, as std::function
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, A... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(args...);
        }) {}
  R operator()(A... args) const { return call_(object_, args...); }

 private:
  void* object_;
  R (*call_)(void*, A...);
};

/// Calls `f(begin, end)` for consecutive chunks of [0, n), each of `chunk` elements but the last, perhaps in
/// parallel on the caller's TBB arena. Where the cuts fall depends on n and chunk alone, never on the number
/// of threads. A single chunk runs on the calling thread. An exception of `f` reaches the caller.
void parallel_for(std::int64_t n, std::int64_t chunk, FunctionRef<void(std::int64_t, std::int64_t)> f);

/// Work that goes on beside the caller, on the library's threads, or within `wait` if none of them has taken
/// it up.
class Task {
 public:
  Task();
  /// Waits; an exception of the work is dropped here.
  ~Task();
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  /// Starts the work. One at a time.
  void start(std::function<void()> work);
  /// Returns when the work is done, and throws what it threw. Does nothing when nothing was started.
  void wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Number of chunks that `parallel_for` makes.
constexpr std::int64_t chunk_count(std::int64_t n, std::int64_t chunk) { return (n + chunk - 1) / chunk; }

/// Elements per chunk for loops that do `cost` simple operations an element: about 30 microseconds of work at
/// a nanosecond each, less where vectors do several. Large chunks begin on cache lines, if the first does.
constexpr std::int64_t chunk_for(std::int64_t cost) {
  constexpr std::int64_t work = 32768, even = 64;
  const std::int64_t elements = cost <= 1 ? work : work / cost;
  return elements >= even ? elements / even * even : (elements > 1 ? elements : 1);
}

}  // namespace kernels

/// Limits the number of threads that the library (and every other user of TBB in this process) works with, as
/// long as it lives. Results do not depend on it.
class ThreadLimit {
 public:
  /// Throws ValueError unless threads >= 1.
  explicit ThreadLimit(int threads);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Threads that a parallel loop may use at the moment.
int thread_count();

}  // namespace gradus
