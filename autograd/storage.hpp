#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/location.hpp>

namespace gradus {

/// Counts its handles; `Derived` says how it dies.
template <class Derived>
class RefCounted {
 public:
  friend void intrusive_ptr_add_ref(const RefCounted* p) noexcept {
    p->references_.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const RefCounted* p) noexcept {
    if (p->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      Derived::destroy(static_cast<Derived*>(const_cast<RefCounted*>(p)));
  }
  /// Who finds 1 also sees what former holders have done.
  std::uint32_t use_count() const noexcept { return references_.load(std::memory_order_acquire); }

 protected:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;
  ~RefCounted() = default;

 private:
  mutable std::atomic<std::uint32_t> references_{0};
};

template <class T>
using Ref = boost::intrusive_ptr<T>;

/// A block of memory shared by a tensor and its views, with a count of the writes it has seen. The tape
/// compares counts to notice that a value it saved has since been changed.
class Storage final : public RefCounted<Storage>, public kernels::Pooled {
 public:
  /// Fresh, uninitialised, 64-byte aligned memory.
  explicit Storage(std::size_t bytes) : data_(kernels::allocate(bytes)), bytes_(bytes), owned_(true) {}
  /// The caller's memory; `owner` is held as long as the storage lives.
  Storage(void* data, std::size_t bytes, std::shared_ptr<const void> owner)
      : data_(data), bytes_(bytes), owner_(std::move(owner)) {}
  ~Storage() {
    if (owned_) kernels::deallocate(data_);
  }
  static void destroy(Storage* storage) noexcept { delete storage; }

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  /// Whether the memory is the library's, not the caller's.
  bool owned() const { return owned_; }

  std::uint32_t version() const { return version_.load(std::memory_order_relaxed); }
  /// Notes a write by `op` at `at`.
  void written(const char* op, const SourceLocation& at) {
    writer_ = op;
    written_at_ = at;
    version_.fetch_add(1, std::memory_order_relaxed);
  }
  const char* writer() const { return writer_; }
  const SourceLocation& written_at() const { return written_at_; }

 private:
  void* data_;
  std::size_t bytes_;
  std::shared_ptr<const void> owner_;
  bool owned_ = false;
  std::atomic<std::uint32_t> version_{0};
  const char* writer_ = "";
  SourceLocation written_at_;
};

}  // namespace gradus
