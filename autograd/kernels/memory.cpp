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
}  // namespace
#endif

void* allocate(std::size_t bytes) {
  void* memory = scalable_aligned_malloc(std::max<std::size_t>(bytes, 1), alignment);
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
