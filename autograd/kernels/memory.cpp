#include <gradus/autograd/kernels/memory.hpp>

#ifndef GRADUS_SANITIZE
#include <oneapi/tbb/scalable_allocator.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <new>

namespace gradus::kernels {

#ifdef GRADUS_SANITIZE
// The sanitizers watch the standard allocator only: they know the end of its blocks, and when a thread gives
// one back.
namespace {
void* scalable_malloc(std::size_t bytes) { return std::malloc(bytes); }
void scalable_free(void* memory) { std::free(memory); }
void* scalable_aligned_malloc(std::size_t bytes, std::size_t alignment) {
  void* memory = nullptr;
  return posix_memalign(&memory, alignment, bytes) == 0 ? memory : nullptr;
}
void scalable_aligned_free(void* memory) { std::free(memory); }
void keep_large_blocks() {}
void release_kept_blocks() {}
}  // namespace
#else
namespace {
/// The allocator otherwise returns large blocks to the system when they have lain idle for a while, as the
/// activations of a network do in each step, and page faults were an eighth of it.
void keep_large_blocks() {
  constexpr std::intptr_t large = 1 << 20;
  [[maybe_unused]] static const int kept = scalable_allocation_mode(TBBMALLOC_SET_HUGE_SIZE_THRESHOLD, large);
}
void release_kept_blocks() { scalable_allocation_command(TBBMALLOC_CLEAN_ALL_BUFFERS, nullptr); }
}  // namespace
#endif

void* allocate(std::size_t bytes) {
  keep_large_blocks();
  bytes = std::max<std::size_t>(bytes, 1);
  void* memory = scalable_aligned_malloc(bytes, alignment);
  if (memory == nullptr) {
    release_kept_blocks();
    memory = scalable_aligned_malloc(bytes, alignment);
  }
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void deallocate(void* memory) noexcept { scalable_aligned_free(memory); }

void* Pooled::operator new(std::size_t bytes) {
  void* memory = scalable_malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void Pooled::operator delete(void* memory) noexcept { scalable_free(memory); }

}  // namespace gradus::kernels
