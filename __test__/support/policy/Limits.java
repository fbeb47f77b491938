import java.util.Map;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.CreateTopicPolicy;

/** Limits of topics such as managed clusters have: a segment lasts four hours at least, a message has 8 MiB at most. */
public class Limits implements CreateTopicPolicy {
  private static final long LEAST_SEGMENT_MS = 4 * 3600 * 1000L;
  private static final long LARGEST_MESSAGE = 8L << 20;

  @Override
  public void validate(RequestMetadata request) {
    Map<String, String> configs = request.configs();
    long segment = Long.parseLong(configs.getOrDefault("segment.ms", "604800000"));
    long message = Long.parseLong(configs.getOrDefault("max.message.bytes", "1048588"));
    if (segment < LEAST_SEGMENT_MS) {
      throw new PolicyViolationException("Topics here have segment.ms of at least 14400000");
    }
    if (message > LARGEST_MESSAGE) {
      throw new PolicyViolationException("Topics here have max.message.bytes of at most 8388608");
    }
    if (request.topic().endsWith("-forbidden")) {
      throw new PolicyViolationException("Topics here must not end in -forbidden");
    }
  }

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public void close() {}
}
