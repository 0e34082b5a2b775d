namespace Holdfast.Platform.Caching.Redis;

/// <summary>
/// What must be done in Redis in one step. <c>KEYS[1]</c> is always the hash that says which run of the Redis this is: <c>epoch</c> is
/// random and new after every restart, flush or loss of it, and whatever was written under another one counts for nothing; <c>seq</c>
/// counts what was published under it.
/// </summary>
internal static class RedisScripts
{
    /// <summary>
    /// KEYS: hash, value, lease, tokens of the tags. ARGV: lease, its milliseconds, those of a token, '1' to throw away what is there.
    /// Answer: epoch, milliseconds to live, value, tokens. Where there is no value, the caller now has the lease, and every tag has a
    /// token.
    /// </summary>
    public const string Look = """
        local epoch = redis.call('HGET', KEYS[1], 'epoch')
        if not epoch then return {false} end
        local answer = {epoch, -2, false}
        if ARGV[4] ~= '1' then
            local value = redis.call('GET', KEYS[2])
            if value then
                answer[2] = redis.call('PTTL', KEYS[2])
                answer[3] = value
                for i = 4, #KEYS do answer[i] = redis.call('GET', KEYS[i]) end
                return answer
            end
        end
        redis.call('DEL', KEYS[2])
        redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
        for i = 4, #KEYS do
            answer[i] = redis.call('GET', KEYS[i])
            if not answer[i] then
                answer[i] = ARGV[1]
                redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[3])
            elseif redis.call('PTTL', KEYS[i]) < tonumber(ARGV[3]) / 2 then
                redis.call('PEXPIRE', KEYS[i], ARGV[3])
            end
        end
        return answer
        """;

    /// <summary>
    /// KEYS as above. ARGV: epoch, lease, value, milliseconds to live, tokens. Writes only if the lease is still the caller's and no tag
    /// has another token: nothing of it has been dropped since it was looked for.
    /// </summary>
    public const string Fill = """
        if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] or redis.call('GET', KEYS[3]) ~= ARGV[2] then return 0 end
        for i = 4, #KEYS do
            if redis.call('GET', KEYS[i]) ~= ARGV[i + 1] then return 0 end
        end
        redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
        redis.call('DEL', KEYS[3])
        return 1
        """;

    /// <summary>
    /// KEYS: hash, then all that goes. ARGV: an epoch in case there is none, the channel, the names by line; '*' is a new epoch.
    /// The deletion comes first: a Redis that is full refuses scripts that begin with anything else.
    /// </summary>
    public const string Drop = """
        for i = 2, #KEYS do redis.call('DEL', KEYS[i]) end
        local epoch = redis.call('HGET', KEYS[1], 'epoch')
        if not epoch or ARGV[3] == '*' then
            epoch = ARGV[1]
            redis.call('HSET', KEYS[1], 'epoch', epoch, 'seq', 0)
        end
        local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
        redis.call('PUBLISH', ARGV[2], 'drop ' .. epoch .. ' ' .. seq .. '\n' .. ARGV[3])
        return seq
        """;

    /// <summary>
    /// KEYS: hash. ARGV: an epoch in case of need, the channel, who asks and when. After a restart the hash may have come back with values
    /// of long ago: the server's run id tells.
    /// </summary>
    public const string Ping = """
        local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
        local known = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'run')
        local epoch, seq = known[1], known[2]
        if not epoch or known[3] ~= run then
            epoch, seq = ARGV[1], '0'
            redis.call('HSET', KEYS[1], 'epoch', epoch, 'seq', seq, 'run', run)
        end
        redis.call('PUBLISH', ARGV[2], 'ping ' .. epoch .. ' ' .. seq .. ' ' .. ARGV[3])
        return 1
        """;
}
