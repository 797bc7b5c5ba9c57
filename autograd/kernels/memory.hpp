#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace gradus::kernels {

/// Alignment of every tensor's storage: a cache line, and one AVX-512 register.
inline constexpr std::size_t alignment = 64;

/// `bytes` of uninitialised memory at a multiple of `alignment`, from a scalable allocator that hands large
/// blocks back without fresh pages. Throws std::bad_alloc.
void* allocate(std::size_t bytes);
void deallocate(void* memory) noexcept;

/// Uninitialised working memory of a kernel.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::int64_t elements)
      : memory_(static_cast<T*>(allocate(static_cast<std::size_t>(elements) * sizeof(T)))) {}
  T* data() const { return memory_.get(); }

 private:
  struct Release {
    void operator()(T* memory) const { deallocate(memory); }
  };
  std::unique_ptr<T, Release> memory_;
};

/// A base for small objects that come and go with every op.
struct Pooled {
  static void* operator new(std::size_t bytes);
  static void operator delete(void* memory) noexcept;
};

}  // namespace gradus::kernels
