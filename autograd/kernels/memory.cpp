#include <gradus/autograd/kernels/memory.hpp>

#include <oneapi/tbb/scalable_allocator.h>

#include <algorithm>
#include <new>

namespace gradus::kernels {

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
