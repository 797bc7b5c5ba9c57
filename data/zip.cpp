#include <gradus/data/zip.hpp>

#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <set>

#include <gradus/data/atomic_file.hpp>

namespace gradus::data {

namespace {

constexpr std::size_t step = std::size_t{1} << 16;  // bytes unpacked at a time

/// libzip's account of what went wrong.
class Failure {
 public:
  Failure() { zip_error_init(&error_); }
  ~Failure() { zip_error_fini(&error_); }
  Failure(const Failure&) = delete;
  Failure& operator=(const Failure&) = delete;
  zip_error_t* get() { return &error_; }
  const char* text() { return zip_error_strerror(&error_); }

 private:
  zip_error_t error_;
};

/// Whether a program that unpacks files might be led to write outside of its folder.
bool is_traversing(std::string_view name) {
  if (name.starts_with('/') || name.find('\\') != std::string_view::npos) return true;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

struct ZipReader::Archive {
  zip_t* zip = nullptr;
  ~Archive() {
    if (zip != nullptr) zip_discard(zip);
  }
};

ZipReader::ZipReader(const Source& source) : source_(source), archive_(std::make_unique<Archive>()) {
  constexpr std::size_t shortest = 22;  // the end that every zip has
  source.check(source.size() >= shortest, "is no whole zip file: it has {} bytes", source.size());
  Failure failure;
  zip_source_t* bytes =
      zip_source_buffer_create(source.bytes().data(), source.bytes().size(), /*freep=*/0, failure.get());
  if (bytes == nullptr) throw std::bad_alloc();
  archive_->zip = zip_open_from_source(bytes, ZIP_RDONLY | ZIP_CHECKCONS, failure.get());
  if (archive_->zip == nullptr) {
    zip_source_free(bytes);
    source.stop("is no whole zip file ({})", failure.text());
  }
  const zip_int64_t count = zip_get_num_entries(archive_->zip, 0);
  std::set<std::string> seen;
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive_->zip, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    source.check(name != nullptr, "has an entry {} without a name", i);
    source.check(!is_traversing(name), "has an entry of the name {}, which leads out of its folder", name);
    source.check(seen.insert(name).second, "holds {} twice", name);
    names_.emplace_back(name);
  }
}

ZipReader::~ZipReader() = default;

std::optional<std::size_t> ZipReader::find(const std::string& name) const {
  const auto place = std::find(names_.begin(), names_.end(), name);
  if (place == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(place - names_.begin());
}

Source ZipReader::entry(std::size_t i) const {
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive_->zip, i, 0),
                                                               zip_fclose);
  if (!file) source_.stop("has a damaged entry {} ({})", names_[i], zip_strerror(archive_->zip));
  const auto content = std::make_shared<std::vector<std::byte>>();
  for (;;) {
    const std::size_t done = content->size();
    content->resize(done + std::max(step, done));  // doubles: what has come pays for what is taken
    const zip_int64_t got = zip_fread(file.get(), content->data() + done, content->size() - done);
    if (got < 0) source_.stop("has a damaged entry {} ({})", names_[i], zip_file_strerror(file.get()));
    content->resize(done + static_cast<std::size_t>(got));
    if (got == 0) break;
  }
  content->shrink_to_fit();
  return {source_.reader(), fmt::format("{} ({})", source_.name(), names_[i]), *content, content};
}

struct ZipWriter::Archive {
  zip_source_t* bytes = nullptr;
  zip_t* zip = nullptr;
  ~Archive() {
    if (zip != nullptr) zip_discard(zip);
    if (bytes != nullptr) zip_source_free(bytes);
  }
};

ZipWriter::ZipWriter(Compression compression)
    : archive_(std::make_unique<Archive>()), compression_(compression) {
  Failure failure;
  archive_->bytes = zip_source_buffer_create(nullptr, 0, 0, failure.get());
  if (archive_->bytes == nullptr) throw std::bad_alloc();
  zip_source_keep(archive_->bytes);  // what zip_close frees is its own
  archive_->zip = zip_open_from_source(archive_->bytes, ZIP_TRUNCATE, failure.get());
  if (archive_->zip == nullptr) {
    zip_source_free(archive_->bytes);
    fail<IoError>("no zip can be made ({})", failure.text());
  }
}

ZipWriter::~ZipWriter() = default;

void ZipWriter::add(const std::string& name, std::initializer_list<std::span<const std::byte>> parts) {
  std::size_t size = 0;
  for (const auto& part : parts) size += part.size();
  // libzip frees it, unless there is nothing in it.
  auto* const copy = size == 0 ? nullptr : static_cast<std::byte*>(std::malloc(size));
  if (copy == nullptr && size > 0) throw std::bad_alloc();
  std::byte* to = copy;
  for (const auto& part : parts) to = std::copy(part.begin(), part.end(), to);
  zip_source_t* const source = zip_source_buffer(archive_->zip, copy, size, /*freep=*/1);
  if (source == nullptr) {
    std::free(copy);
    throw std::bad_alloc();
  }
  const zip_int64_t index = zip_file_add(archive_->zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    fail("{} is no name for an entry of a zip ({})", name, zip_strerror(archive_->zip));
  }
  const auto entry = static_cast<zip_uint64_t>(index);
  constexpr zip_uint16_t first_of_1980 = 1U << 5 | 1U;  // the format's earliest day: no clock in the bytes
  zip_file_set_dostime(archive_->zip, entry, 0, first_of_1980, 0);
  zip_set_file_compression(archive_->zip, entry,
                           compression_ == Compression::none ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
}

void ZipWriter::write(const std::filesystem::path& file) {
  if (zip_close(archive_->zip) != 0) fail<IoError>("no zip can be made ({})", zip_strerror(archive_->zip));
  archive_->zip = nullptr;
  zip_stat_t status;
  std::vector<std::byte> content;
  if (zip_source_stat(archive_->bytes, &status) == 0 && (status.valid & ZIP_STAT_SIZE) != 0)
    content.resize(status.size);
  const bool read = zip_source_open(archive_->bytes) == 0 &&
                    zip_source_read(archive_->bytes, content.data(), content.size()) ==
                        static_cast<zip_int64_t>(content.size());
  if (!read)
    fail<IoError>("the zip cannot be read back ({})", zip_error_strerror(zip_source_error(archive_->bytes)));
  zip_source_close(archive_->bytes);
  AtomicFile out(file);
  out.write(content.data(), content.size());
  out.commit();
}

}  // namespace gradus::data
