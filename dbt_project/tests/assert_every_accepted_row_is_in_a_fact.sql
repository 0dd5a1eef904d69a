-- The accepted rows of the submissions that count are all in the facts. Targets are left out: there a newer
-- form replaces an older one.
with submissions as (
    select * from {{ ref('fct_submission') }}
    where is_current and form in ('grassroots_unions', 'enterprises', 'agreements', 'activities')
),

fact_rows as (
    select submission_id from {{ ref('fct_membership') }}
    union all
    select submission_id from {{ ref('fct_enterprise') }}
    union all
    select submission_id from {{ ref('fct_agreement') }}
    union all
    select submission_id from {{ ref('fct_activity') }}
),

counted as (
    select
        submission_id,
        count(*) as row_count
    from fact_rows
    group by submission_id
)

select
    submissions.submission_id,
    submissions.rows_accepted,
    counted.row_count
from submissions
left join counted on submissions.submission_id = counted.submission_id
where submissions.rows_accepted <> coalesce(counted.row_count, 0)
