#include <gradus/data/atomic_file.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>

#include <gradus/autograd/error.hpp>

namespace gradus::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t gathered = 1U << 16;

/// What a chain of links leads to, though it may not exist yet; `file` itself if it is no link.
fs::path behind_links(fs::path file) {
  std::error_code error;
  for (int i = 0; i < 40 && fs::is_symlink(file, error); ++i) {
    const fs::path to = fs::read_symlink(file, error);
    file = to.is_absolute() ? to : file.parent_path() / to;
  }
  return file;
}

/// A name beside `file` that no other writer has, in this process or another.
fs::path partial_name(const fs::path& file) {
  static std::atomic<unsigned> count{0};
  return file.string() + fmt::format(".{}-{}.partial", getpid(), count++);
}

/// Makes a rename within the folder last. Where a folder cannot be flushed, the system does what it can.
void flush_folder(const fs::path& folder) {
  const int descriptor = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& file) : file_(behind_links(file)), partial_(partial_name(file_)) {
  std::error_code error;
  const fs::file_status present = fs::status(file_, error);
  require<IoError>(!fs::exists(present) || fs::is_regular_file(present),
                   "{} cannot be written (it is no regular file)", file_.string());
  descriptor_ = open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) stop(errno);
  if (fs::exists(present)) fchmod(descriptor_, static_cast<mode_t>(present.permissions()));
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  unlink(partial_.c_str());
}

void AtomicFile::stop(int error) const {
  fail<IoError>("{} cannot be written ({})", file_.string(), std::generic_category().message(error));
}

void AtomicFile::put(const char* from, std::size_t count) {
  while (count > 0) {
    const ssize_t done = ::write(descriptor_, from, count);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) stop(errno);
    from += done;
    count -= static_cast<std::size_t>(done);
  }
}

void AtomicFile::write(const void* bytes, std::size_t count) {
  const auto* from = static_cast<const char*>(bytes);
  if (waiting_.size() + count <= gathered) {
    waiting_.append(from, count);
    return;
  }
  put(waiting_.data(), waiting_.size());
  waiting_.clear();
  put(from, count);
}

void AtomicFile::commit() {
  put(waiting_.data(), waiting_.size());
  waiting_.clear();
  if (fsync(descriptor_) != 0) stop(errno);
  if (rename(partial_.c_str(), file_.c_str()) != 0) stop(errno);
  ::close(descriptor_);
  descriptor_ = -1;
  flush_folder(file_.parent_path());
}

void write_file(const fs::path& file, std::string_view content) {
  AtomicFile out(file);
  out.write(content);
  out.commit();
}

std::string read_file(const fs::path& file) {
  std::error_code error;
  require<IoError>(!fs::is_directory(file, error), "{} cannot be read (it is a folder)", file.string());
  std::ifstream in(file, std::ios::binary);
  require<IoError>(in.is_open(), "{} cannot be opened ({})", file.string(),
                   std::generic_category().message(errno));
  std::string content{std::istreambuf_iterator<char>(in), {}};
  require<IoError>(!in.bad(), "{} cannot be read to its end", file.string());
  return content;
}

}  // namespace gradus::data
