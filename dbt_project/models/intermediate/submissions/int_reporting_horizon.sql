-- The same file again tells nothing new, and shall change no figure.
with submissions as (
    select * from {{ ref('stg_submissions') }}
    where verdict <> 'duplicate'
),

-- A form of targets looks ahead and says nothing about what happened in its period.
accepted as (
    select
        min(period) as first_period,
        max(period) as last_period
    from {{ ref('int_submissions_current') }}
    where form <> 'targets'
),

received as (
    select cast(max(received_at) as date) as received_to
    from submissions
),

final as (
    select
        accepted.first_period,
        accepted.last_period,
        received.received_to
    from accepted
    cross join received
)

select * from final
