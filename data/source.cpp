#include <gradus/data/source.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <system_error>

#include <gradus/autograd/kernels/memory.hpp>

namespace gradus::data {

namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

std::string reason(int error) { return std::generic_category().message(error); }

/// An open file and its size; closed with this object.
class Descriptor {
 public:
  Descriptor(const Source& source, const std::filesystem::path& file)
      : number_(open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) source.stop("cannot be opened ({})", reason(errno));
    struct stat status {};
    const bool known = fstat(number_, &status) == 0;
    if (!known || !S_ISREG(status.st_mode)) {
      close(number_);
      source.stop("is no file");
    }
    size_ = static_cast<std::size_t>(status.st_size);
  }
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  std::size_t size() const { return size_; }

 private:
  int number_;
  std::size_t size_ = 0;
};

}  // namespace

Source Source::read(std::string reader, const std::filesystem::path& file) {
  Source source(std::move(reader), file.string(), {}, nullptr);
  const Descriptor in(source, file);
  const std::shared_ptr<void> memory(kernels::allocate(in.size()), kernels::deallocate);  // as of a tensor
  auto* const first = static_cast<std::byte*>(memory.get());
  std::size_t done = 0;
  while (done < in.size()) {
    const ssize_t got = ::read(in.number(), first + done, in.size() - done);
    if (got < 0 && errno == EINTR) continue;
    source.check(got >= 0, "cannot be read at byte {} ({})", done, reason(errno));
    source.check(got > 0, "ends at byte {}; it had {} when it was opened", done, in.size());
    done += static_cast<std::size_t>(got);
  }
  source.bytes_ = {first, done};
  source.owner_ = memory;
  return source;
}

Source Source::map(std::string reader, const std::filesystem::path& file) {
  Source source(std::move(reader), file.string(), {}, nullptr);
  const Descriptor in(source, file);
  const std::size_t size = in.size();
  if (size == 0) return source;  // nothing can be mapped
  void* const first = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, in.number(), 0);
  source.check(first != MAP_FAILED, "cannot be mapped ({})", reason(errno));
  source.bytes_ = {static_cast<std::byte*>(first), size};
  source.owner_ = std::shared_ptr<void>(first, [size](void* p) { munmap(p, size); });
  return source;
}

}  // namespace gradus::data
